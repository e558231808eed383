/* Gets the bytes of a key set: from a file, or with libcurl from a URL. */
#include "service/keys.h"

#include <curl/curl.h>
#include <errno.h>
#include <orcania.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct bytes {
  char *start; /* owned, NUL after length */
  size_t length;
};

bool keys_is_url(const char *source)
{
  return !strncasecmp(source, "http://", 7) || !strncasecmp(source, "https://", 8);
}

char *keys_read_file(const char *path, size_t *length, char **error)
{
  FILE *file = fopen(path, "re");
  if (!file) {
    *error = msprintf("cannot read %s: %s", path, strerror(errno));
    return NULL;
  }
  char *text = o_malloc(KEYS_MAX_BYTES + 1);
  *length = fread(text, 1, KEYS_MAX_BYTES + 1, file);
  bool failed = ferror(file);
  fclose(file);
  if (!failed && *length <= KEYS_MAX_BYTES) {
    text[*length] = '\0';
    return text;
  }
  o_free(text);
  *error = msprintf("cannot read %s: %s", path, failed ? "it is not a plain file" : "it is over 1 MiB");
  return NULL;
}

/* libcurl's write callback: a short count makes the transfer fail. */
static size_t gather(char *data, size_t size, size_t count, void *user)
{
  struct bytes *bytes = user;
  size_t more = size * count;
  if (bytes->length + more > KEYS_MAX_BYTES) return 0;
  bytes->start = o_realloc(bytes->start, bytes->length + more + 1);
  memcpy(bytes->start + bytes->length, data, more);
  bytes->length += more;
  bytes->start[bytes->length] = '\0';
  return more;
}

/* NULL when the answer is 200, else why there is none. A redirection is not followed: the key set is trusted
   for the address it comes from. */
static const char *fetch(CURL *curl, const char *url, struct bytes *bytes)
{
  long status = 0;
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)KEYS_FETCH_TIMEOUT_S);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, gather);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, bytes);
  CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) return curl_easy_strerror(code);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return status == 200 ? NULL : "the answer is not 200";
}

char *keys_fetch_url(const char *url, size_t *length, char **error)
{
  CURL *curl = curl_easy_init();
  if (!curl) {
    *error = msprintf("cannot fetch the key set: libcurl does not start");
    return NULL;
  }
  struct bytes bytes = {o_strdup(""), 0};
  const char *fault = fetch(curl, url, &bytes);
  curl_easy_cleanup(curl);
  *length = bytes.length;
  if (!fault) return bytes.start;
  o_free(bytes.start);
  *error = msprintf("cannot fetch the key set: %s", fault);
  return NULL;
}
