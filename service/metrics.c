/* Requests by class of status and by time taken; nothing that leads to a person. */
#include "service/metrics.h"

#include "service/text.h"

#include <stdatomic.h>
#include <string.h>

static const double bounds[] = {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000};
enum { BOUNDS = sizeof bounds / sizeof bounds[0] };

static atomic_ullong by_class[6], by_time[BOUNDS + 1], microseconds;

void metrics_count(int status, double ms)
{
  int slot = 0;
  while (slot < BOUNDS && ms > bounds[slot])
    slot++;
  atomic_fetch_add_explicit(&by_time[slot], 1, memory_order_relaxed);
  if (status >= 100 && status < 600)
    atomic_fetch_add_explicit(&by_class[status / 100], 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&microseconds, (unsigned long long)(ms * 1000), memory_order_relaxed);
}

static void add_times(struct text *page)
{
  unsigned long long sum = 0;
  text_add(page,
           "# HELP kaa_request_seconds Time from request to reply.\n# TYPE kaa_request_seconds histogram\n");
  for (int i = 0; i < BOUNDS; i++) {
    sum += atomic_load(&by_time[i]);
    text_addf(page, "kaa_request_seconds_bucket{le=\"%g\"} %llu\n", bounds[i] / 1000, sum);
  }
  sum += atomic_load(&by_time[BOUNDS]);
  text_addf(
      page,
      "kaa_request_seconds_bucket{le=\"+Inf\"} %llu\nkaa_request_seconds_sum %.6f\nkaa_request_seconds_count %llu\n",
      sum, (double)atomic_load(&microseconds) / 1e6, sum);
}

void metrics_request(struct request *req)
{
  struct text page = {0};
  if (strcmp(req->path, "/metrics") != 0) {
    http_reply(req, 404, NULL, NULL, 0);
    return;
  }
  text_add(&page, "# HELP kaa_requests_total Requests answered.\n# TYPE kaa_requests_total counter\n");
  for (int i = 1; i <= 5; i++)
    text_addf(&page, "kaa_requests_total{status=\"%dxx\"} %llu\n", i,
              (unsigned long long)atomic_load(&by_class[i]));
  add_times(&page);
  size_t length = page.length;
  http_reply(req, 200, "text/plain; version=0.0.4", text_take(&page), length);
}
