/* The listening socket: opened before microhttpd so that its errors are ours, closed without losing a client. */
#include "service/http_private.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Returns the length of the address, 0 when text is none. */
static socklen_t parse_address(const char *text, int port, struct sockaddr_storage *address)
{
  struct sockaddr_in *v4 = (struct sockaddr_in *)address;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
  memset(address, 0, sizeof *address);
  if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons((in_port_t)port);
    return sizeof *v4;
  }
  if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((in_port_t)port);
    return sizeof *v6;
  }
  return 0;
}

static int refuse(int fd, const char *bind_to, int port, char **error)
{
  int reason = errno;
  if (fd >= 0) close(fd);
  if (asprintf(error, "%s port %d: %s", bind_to, port, strerror(reason)) < 0) *error = NULL;
  return -1;
}

int http_listen(const char *bind_to, int port, char **error)
{
  struct sockaddr_storage address;
  socklen_t length = parse_address(bind_to, port, &address);
  errno = EINVAL;
  if (!length || port < 1 || port > 65535) return refuse(-1, bind_to, port, error);
  int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return refuse(fd, bind_to, port, error);
  const int yes = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) ||
      bind(fd, (struct sockaddr *)&address, length) || listen(fd, SOMAXCONN))
    return refuse(fd, bind_to, port, error);
  return fd;
}

void http_refuse_new(int listening)
{
  /* Between the last accept and close a client could still connect and be reset. A filter that drops SYN
     leaves it trying until the socket is closed, and then it is refused, which is safe to try again. */
  enum { TCP_FLAGS = 13, SYN = 2 };
  struct sock_filter drop_syn[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TCP_FLAGS),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, SYN, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xffff),
  };
  const struct sock_fprog program = {sizeof drop_syn / sizeof *drop_syn, drop_syn};
  /* Where the kernel has no filters the narrow gap stays: nothing to be done about it. */
  (void)setsockopt(listening, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

int http_backlog(int listening)
{
  struct tcp_info info;
  socklen_t length = sizeof info;
  memset(&info, 0, sizeof info);
  if (getsockopt(listening, IPPROTO_TCP, TCP_INFO, &info, &length)) return 0;
  return (int)info.tcpi_unacked; /* of a listening socket: its backlog */
}
