/* The page and the workbook of a report: what a name may do to them, and that equal documents give equal bytes. */
#include "service/html.h"
#include "service/report_html.h"
#include "service/report_xlsx.h"

#include "report_sample.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef char *(*format)(const json_t *, const json_t *, bool, size_t *);

static char *made(format make, bool english, size_t *length)
{
  json_auto_t *answer = json_loads(sample_answer, 0, NULL), *words = json_loads(sample_words, 0, NULL);
  return make(answer, words, english, length);
}

static size_t count(const char *text, const char *word)
{
  size_t found = 0;
  for (const char *at = text; (at = strstr(at, word)); at++)
    found++;
  return found;
}

static void text_stays_text(void **state)
{
  (void)state;
  text_auto_t page = {0};
  html_text(&page, "a<b>&'\"");
  html_element(&page, "td class=x", "</td>");
  assert_string_equal(page.data, "a&lt;b&gt;&amp;&#39;&quot;<td class=x>&lt;/td&gt;</td>");
}

static void a_name_is_never_markup(void **state)
{
  (void)state;
  size_t length = 0;
  char *page = made(report_html, false, &length);
  assert_int_equal(length, strlen(page));
  assert_null(strstr(page, "<script"));
  assert_non_null(strstr(page, "=1+1 &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &quot;&amp;&quot;"));
  assert_non_null(strstr(page, "<h1>Uppföljning &amp; mer</h1>"));
  assert_non_null(strstr(page, "Alla &lt;som&gt; omfattas."));
  free(page);
}

static void each_picture_has_its_title_its_text_and_its_table(void **state)
{
  (void)state;
  size_t length = 0;
  char *page = made(report_html, true, &length);
  assert_non_null(strstr(page, "<html lang=\"en\">"));
  assert_int_equal(count(page, "<svg"), 4);
  for (int i = 1; i <= 4; i++) {
    char ids[80];
    snprintf(ids, sizeof ids, "aria-labelledby=\"c%d-title c%d-desc\"", i, i);
    assert_int_equal(count(page, ids), 1);
    snprintf(ids, sizeof ids, "<title id=\"c%d-title\">", i);
    assert_int_equal(count(page, ids), 1);
    snprintf(ids, sizeof ids, "<desc id=\"c%d-desc\">", i);
    assert_int_equal(count(page, ids), 1);
  }
  assert_int_equal(count(page, "</figure><table>"), 4);
  assert_non_null(
      strstr(page, "<title id=\"c2-title\">Attempts (in all)</title><desc id=\"c2-desc\">Attempts: highest "
                   "Letter (40), lowest Phone (11).</desc>"));
  assert_non_null(strstr(page, "Sought out: masked. Reached: all 0. Masked counts: 2."));
  assert_non_null(strstr(page, "12,345"));
  free(page);
}

/* One bar needs no name; where several are lowest, none is named. */
static void words_beside_a_picture_say_no_more_than_it_shows(void **state)
{
  (void)state;
  static const char answer[] =
      "{\"groupBy\":\"total\",\"data\":[{\"group\":{},\"covered\":1234,\"soughtOut\":null,"
      "\"reached\":5,\"attempts\":{\"letter\":0,\"phone\":9,\"sms\":0}}]}";
  json_auto_t *document = json_loads(answer, 0, NULL), *words = json_loads(sample_words, 0, NULL);
  size_t length = 0;
  char *page = report_html(document, words, true, &length);
  assert_non_null(
      strstr(page, "<figcaption>Covered: 1,234. Sought out: masked. Reached: 5. Masked counts: 1.</fig"));
  assert_non_null(strstr(page, "<figcaption>Attempts: highest Phone (9).</figcaption>"));
  free(page);
}

static void equal_documents_give_equal_bytes(void **state)
{
  (void)state;
  static const format formats[] = {report_html, report_xlsx};
  for (int i = 0; i < 2; i++) {
    size_t lengths[2] = {0};
    char *one = made(formats[i], false, &lengths[0]), *other = made(formats[i], false, &lengths[1]);
    assert_non_null(one);
    assert_int_equal(lengths[0], lengths[1]);
    assert_memory_equal(one, other, lengths[0]);
    free(one);
    free(other);
  }
}

struct work {
  size_t length;
  char *bytes;
};

static void *work(void *into)
{
  struct work *to = into;
  for (int i = 0; i < 10; i++) {
    free(to->bytes);
    to->bytes = made(report_xlsx, true, &to->length);
  }
  return NULL;
}

static void workbooks_may_be_made_at_the_same_time(void **state)
{
  (void)state;
  enum { THREADS = 4 };
  pthread_t threads[THREADS];
  struct work works[THREADS] = {0};
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, work, &works[i]), 0);
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  for (int i = 0; i < THREADS; i++) {
    assert_memory_equal(works[i].bytes, "PK\3\4", 4);
    assert_int_equal(works[i].length, works[0].length);
    assert_memory_equal(works[i].bytes, works[0].bytes, works[0].length);
  }
  for (int i = 0; i < THREADS; i++)
    free(works[i].bytes);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_stays_text),
      cmocka_unit_test(a_name_is_never_markup),
      cmocka_unit_test(each_picture_has_its_title_its_text_and_its_table),
      cmocka_unit_test(words_beside_a_picture_say_no_more_than_it_shows),
      cmocka_unit_test(equal_documents_give_equal_bytes),
      cmocka_unit_test(workbooks_may_be_made_at_the_same_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
