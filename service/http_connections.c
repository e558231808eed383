/* Keeps count of connections and their requests, and tells when all is answered. */
#include "service/http_private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* A client that has connected but said nothing gets this long to begin once we are stopping. */
enum { FIRST_WORD_MS = 500 };

static long long milliseconds_since(const struct timespec *then)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - then->tv_sec) * 1000LL + (now.tv_nsec - then->tv_nsec) / 1000000;
}

static struct connection *connection_of(struct MHD_Connection *mhd)
{
  return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void name_peer(struct connection *connection, const struct sockaddr *address)
{
  const char mapped[] = "::ffff:";
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, connection->peer,
              sizeof connection->peer);
    return;
  }
  inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, connection->peer,
            sizeof connection->peer);
  size_t prefix = sizeof mapped - 1;
  if (strncmp(connection->peer, mapped, prefix) == 0 && strchr(connection->peer, '.'))
    memmove(connection->peer, connection->peer + prefix, strlen(connection->peer + prefix) + 1);
}

static struct connection *enlist(struct http *http, struct MHD_Connection *mhd)
{
  struct connection *connection = o_malloc(sizeof *connection);
  memset(connection, 0, sizeof *connection);
  connection->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  name_peer(connection, MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
  clock_gettime(CLOCK_MONOTONIC, &connection->opened);
  pthread_mutex_lock(&http->lock);
  connection->next = http->connections;
  if (connection->next) connection->next->previous = connection;
  http->connections = connection;
  pthread_mutex_unlock(&http->lock);
  return connection;
}

static void delist(struct http *http, struct connection *connection)
{
  pthread_mutex_lock(&http->lock);
  if (connection->next) connection->next->previous = connection->previous;
  if (connection->previous)
    connection->previous->next = connection->next;
  else
    http->connections = connection->next;
  pthread_mutex_unlock(&http->lock);
  o_free(connection);
}

void http_connection_changed(void *http, struct MHD_Connection *mhd, void **ours,
                             enum MHD_ConnectionNotificationCode change)
{
  if (change == MHD_CONNECTION_NOTIFY_STARTED)
    *ours = enlist(http, mhd);
  else
    delist(http, *ours);
}

void *http_request_begins(void *http, const char *uri, struct MHD_Connection *mhd)
{
  struct connection *connection = connection_of(mhd);
  connection->served = true;
  connection->activity = UNDER_WAY;
  struct connection_info_struct *info = ulfius_uri_logger(http, uri);
  struct exchange *exchange = o_realloc(info->request, sizeof *exchange);
  exchange->mhd = mhd;
  exchange->connection = connection;
  exchange->response = NULL;
  exchange->status = 0;
  info->request = &exchange->ulfius;
  return info;
}

void http_request_ends(void *http, struct MHD_Connection *mhd, void **exchange,
                       enum MHD_RequestTerminationCode how)
{
  mhd_request_completed(http, mhd, exchange, how);
  connection_of(mhd)->activity = WAITING;
}

/* Counted too: a request that has arrived and that microhttpd has not read yet. */
static bool owes_an_answer(struct connection *connection)
{
  int unread = 0;
  if (connection->activity != WAITING) return true;
  if (ioctl(connection->fd, FIONREAD, &unread) == 0 && unread > 0) return true;
  return !connection->served && milliseconds_since(&connection->opened) < FIRST_WORD_MS;
}

int http_under_way(struct http *http)
{
  int count = 0;
  pthread_mutex_lock(&http->lock);
  for (struct connection *c = http->connections; c; c = c->next)
    count += owes_an_answer(c);
  pthread_mutex_unlock(&http->lock);
  return count;
}

bool http_handling(struct http *http)
{
  bool handling = false;
  pthread_mutex_lock(&http->lock);
  for (struct connection *c = http->connections; c; c = c->next)
    handling = handling || c->activity == HANDLING;
  pthread_mutex_unlock(&http->lock);
  return handling;
}
