/* gzip for replies large enough to gain from it, when the client accepts it. */
#include "service/http_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

enum { WORTH_IT = 1024, LEVEL = 1, WINDOW = 14, GZIP_WRAPPER = 16, MEMORY = 7 }; /* 128 KiB while it works */

/* RFC 9110, 12.4.2: a coding is refused by q=0 and nothing else. */
static bool is_wanted(const char *parameters, size_t length)
{
  const char *q = memmem(parameters, length, "q=", 2);
  if (!q) q = memmem(parameters, length, "Q=", 2);
  return !q || strtod(q + 2, NULL) > 0;
}

static bool is_coding(const char *text, size_t length, const char *name)
{
  return strlen(name) == length && strncasecmp(text, name, length) == 0;
}

/* RFC 9110, 12.5.3. */
static bool accepts_gzip(const char *accepted)
{
  bool any = false;
  for (const char *at = accepted; *at; at += *at == ',') {
    at += strspn(at, " \t");
    size_t whole = strcspn(at, ","), name = strcspn(at, " \t;,");
    bool wanted = is_wanted(at + name, whole - name);
    if (is_coding(at, name, "gzip") || is_coding(at, name, "x-gzip")) return wanted;
    if (is_coding(at, name, "*")) any = wanted;
    at += whole;
  }
  return any;
}

/* Owned by the caller; NULL when it would not have become smaller. */
static char *gzip(const char *body, size_t length, size_t *packed)
{
  z_stream stream = {0};
  if (deflateInit2(&stream, LEVEL, Z_DEFLATED, WINDOW + GZIP_WRAPPER, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
    return NULL;
  char *out = o_malloc(length);
  stream.next_in = (Bytef *)body;
  stream.avail_in = (uInt)length;
  stream.next_out = (Bytef *)out;
  stream.avail_out = (uInt)length;
  int result = deflate(&stream, Z_FINISH);
  *packed = stream.total_out;
  deflateEnd(&stream);
  if (result == Z_STREAM_END) return out;
  o_free(out);
  return NULL;
}

void http_compress(struct request *req)
{
  const struct exchange *exchange = req->carrier;
  const struct _u_response *response = exchange->response;
  size_t length = response->binary_body_length, packed;
  if (length < WORTH_IT || u_map_has_key_case(response->map_header, "Content-Encoding")) return;
  http_vary(req, "Accept-Encoding");
  const char *accepted = http_header(req, "Accept-Encoding");
  if (!accepted || !accepts_gzip(accepted)) return;
  char *small = gzip(response->binary_body, length, &packed);
  if (!small) return;
  http_reply_header(req, "Content-Encoding", "gzip");
  http_reply(req, exchange->status, NULL, small, packed);
}
