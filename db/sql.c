/* Sections of the embedded queries: a line `-- section: NAME` begins one. */
#include "db/private.h"
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char marker[] = "-- section:";

/* The next line that begins a section, or NULL. */
static const char *next_marker(const char *text)
{
  while (text && strncmp(text, marker, sizeof marker - 1) != 0) {
    text = strchr(text, '\n');
    if (text) text++;
  }
  return text;
}

static char *trimmed(const char *start, const char *end)
{
  while (start < end && strchr(" \t\r\n", *start))
    start++;
  while (end > start && strchr(" \t\r\n", end[-1]))
    end--;
  return strndup(start, (size_t)(end - start));
}

static void add_section(struct sections *sections, const char *file, const char *start)
{
  const char *name = start + sizeof marker - 1;
  const char *line_end = name + strcspn(name, "\n");
  const char *end = next_marker(line_end);
  struct section row = {file, trimmed(name, line_end),
                        trimmed(line_end, end ? end : line_end + strlen(line_end))};
  assert(row.name[0] != '\0');
  assert(sections_find(sections, file, row.name) == NULL);
  sections->rows = reallocarray(sections->rows, sections->count + 1, sizeof *sections->rows);
  assert(sections->rows);
  sections->rows[sections->count++] = row;
}

void sections_read(struct sections *sections, const struct embedded *files)
{
  *sections = (struct sections){0};
  for (; files->name; files++)
    for (const char *at = next_marker(files->text); at; at = next_marker(at + 1))
      add_section(sections, files->name, at);
}

const char *sections_find(const struct sections *sections, const char *file, const char *name)
{
  for (size_t i = 0; i < sections->count; i++)
    if (strcmp(sections->rows[i].file, file) == 0 && strcmp(sections->rows[i].name, name) == 0)
      return sections->rows[i].text;
  return NULL;
}

void sections_clear(struct sections *sections)
{
  for (size_t i = 0; i < sections->count; i++) {
    free(sections->rows[i].name);
    free(sections->rows[i].text);
  }
  free(sections->rows);
  *sections = (struct sections){0};
}

static struct sections embedded_sections;

static void read_embedded(void)
{
  sections_read(&embedded_sections, db_embedded_queries);
}

const char *db_section(const char *file, const char *name)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, read_embedded);
  return sections_find(&embedded_sections, file, name);
}
