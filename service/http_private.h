/* What the http*.c files share: the server, its connections and one exchange. Not for anyone else. */
#ifndef KAA_HTTP_PRIVATE_H
#define KAA_HTTP_PRIVATE_H

#include "service/http.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <ulfius.h>

enum activity {
  WAITING,   /* for a request */
  UNDER_WAY, /* a request comes, or its reply goes */
  HANDLING   /* our handler runs */
};

/* One client connection, from accept to close. */
struct connection {
  struct connection *next, *previous; /* under http->lock */
  int fd;                             /* valid while listed */
  atomic_int activity;
  atomic_bool served; /* has begun a request */
  struct timespec opened;
  char peer[INET6_ADDRSTRLEN];
};

struct http {
  struct http_settings settings;
  void (*handler)(struct request *);
  struct _u_instance ulfius;
  int listening; /* -1 once closed */
  atomic_bool draining;
  pthread_mutex_t lock;
  struct connection *connections;
};

/* A request as ulfius knows it, grown by what we need: ulfius frees it when the reply has been sent. */
struct exchange {
  struct _u_request ulfius; /* must come first */
  struct MHD_Connection *mhd;
  struct connection *connection;
  struct _u_response *response; /* while the handler runs */
  int status;                   /* 0: the handler has not replied yet */
};

/* http_listen.c: the listening socket, or -1 and *error. */
int http_listen(const char *bind_to, int port, char **error) __attribute__((warn_unused_result));
/* Keeps new clients from connecting; those in the backlog stay. */
void http_refuse_new(int listening);
/* How many are connected and not yet accepted. */
int http_backlog(int listening);

/* http_connections.c: callbacks for microhttpd and what stopping needs. */
void http_connection_changed(void *http, struct MHD_Connection *mhd, void **ours,
                             enum MHD_ConnectionNotificationCode change);
void *http_request_begins(void *http, const char *uri, struct MHD_Connection *mhd);
void http_request_ends(void *http, struct MHD_Connection *mhd, void **exchange,
                       enum MHD_RequestTerminationCode how);
int http_under_way(struct http *http); /* requests not yet answered, or about to be read */
bool http_handling(struct http *http); /* a handler is running */

/* http_headers.c: trace ids, and the headers that every reply carries. */
void http_trace(struct request *req);
void http_common_headers(const struct http *http, struct request *req);

/* http_compress.c: gzips the reply when the client takes it and it pays. */
void http_compress(struct request *req);

#endif
