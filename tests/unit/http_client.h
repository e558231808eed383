/* A plain socket client and a server on a free port, for the tests of HTTP. */
#ifndef KAA_TESTS_HTTP_CLIENT_H
#define KAA_TESTS_HTTP_CLIENT_H

#include "service/http.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static inline int free_port(void)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) ||
      getsockname(fd, (struct sockaddr *)&address, &length))
    abort();
  close(fd);
  return ntohs(address.sin_port);
}

/* -1 with errno when refused. */
static inline int client_connect(int port)
{
  const struct timeval patience = {20, 0};
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((in_port_t)port)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

static inline void client_send(int fd, const char *text, size_t length)
{
  while (length > 0) {
    ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);
    if (sent <= 0) return;
    text += sent;
    length -= (size_t)sent;
  }
}

struct reply {
  char *text; /* owned, NUL-terminated: status line, headers, empty line, body */
  size_t length;
  const char *body;
  size_t body_length;
};

static inline void reply_clear(struct reply *reply)
{
  free(reply->text);
}

#define reply_auto __attribute__((cleanup(reply_clear))) struct reply

/* The value of a reply's header, up to the end of the text; NULL when there is none. */
static inline const char *reply_header(const struct reply *reply, const char *name)
{
  size_t length = strlen(name);
  for (const char *at = strstr(reply->text, "\r\n"); at && at + 2 < reply->body - 2;
       at = strstr(at + 2, "\r\n"))
    if (strncasecmp(at + 2, name, length) == 0 && at[2 + length] == ':') return at + 2 + length + 2;
  return NULL;
}

static inline bool reply_has(const struct reply *reply, const char *name, const char *value)
{
  const char *found = reply_header(reply, name);
  size_t length = value ? strlen(value) : 0;
  return value ? found && strncmp(found, value, length) == 0 && found[length] == '\r' : !found;
}

static inline int reply_status(const struct reply *reply)
{
  return reply->length > 12 ? atoi(reply->text + 9) : 0;
}

/* Reads until the server closes. */
static inline struct reply client_read(int fd)
{
  struct reply reply = {.text = calloc(1, 1)};
  char part[4096];
  ssize_t got;
  while ((got = recv(fd, part, sizeof part, 0)) > 0) {
    reply.text = realloc(reply.text, reply.length + (size_t)got + 1);
    memcpy(reply.text + reply.length, part, (size_t)got);
    reply.length += (size_t)got;
    reply.text[reply.length] = 0;
  }
  const char *end = strstr(reply.text, "\r\n\r\n");
  reply.body = end ? end + 4 : reply.text + reply.length;
  reply.body_length = (size_t)(reply.text + reply.length - reply.body);
  return reply;
}

/* Sends METHOD TARGET with the headers given (each ended by CRLF) and Connection: close, reads the reply. */
static inline struct reply ask(int port, const char *line, const char *headers, const char *body,
                               size_t length)
{
  char *head;
  int fd = client_connect(port);
  int size = asprintf(&head, "%s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%s\r\n", line, headers);
  if (fd < 0 || size < 0) abort();
  client_send(fd, head, (size_t)size);
  if (length) client_send(fd, body, length);
  free(head);
  struct reply reply = client_read(fd);
  close(fd);
  return reply;
}

#endif
