/* A report's documents in the clothes that were asked for. */
#include "service/answer.h"
#include "service/csv.h"
#include "service/report_private.h"
#include "service/text.h"

#include <string.h>

int report_reply(struct call *call, const struct report_documents *documents)
{
  if (call->format == JSON) return answer(call, 200, strdup(documents->answer), 0);
  return answer_csv(call, strdup(documents->answer));
}
