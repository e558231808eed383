/* What the files of layouts share. */
#ifndef KAA_LAYOUTS_PRIVATE_H
#define KAA_LAYOUTS_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A file of service/layouts inside the binary; generated. Ends with a row without name. */
struct embedded {
  const char *name; /* without .json */
  const char *text;
};
extern const struct embedded layouts_embedded[];

/* What a column can be filled with. Tables of them end with a row without name. */
enum source_kind { SOURCE_TEXT, SOURCE_DATE, SOURCE_CODE };
struct source {
  const char *name; /* the member of the answer's row */
  enum source_kind kind;
  const char *list; /* SOURCE_CODE: its code list */
};
/* The named one: of a registration, or of a measure; NULL when there is none. */
const struct source *layout_source(const char *name, bool of_measure);

/* What the column is called in the header, owned by the caller: {n} is the number of the measure, 0 of none. */
char *layout_column_name(const json_t *column, long long n);

/* Owned by the caller: how many measures there is room for in a line, NULL when the file tells of none; and the code
   lists of which something stands in it, as members. */
json_t *layout_room(const json_t *layout);
json_t *layout_lists(const json_t *layout);

/* Half-years in order, H1-2026 before H2-2026; 0 when the name is none. */
int layout_rank(const char *half_year);

/* What is wrong with the layout, as "member: what", owned by the caller; NULL when it is good. */
char *layout_fault(const json_t *layout);

/* The file of the export's JSON answer in the layout's encoding; owned by the caller. NULL when the answer cannot be read:
   a file without lines would replace what was sent before. */
char *layout_write(const json_t *layout, const char *answer, size_t *length);

#endif
