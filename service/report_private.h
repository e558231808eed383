/* What the report_*.c files share: the question, what was counted, and the two documents made of it. */
#ifndef KAA_REPORT_PRIVATE_H
#define KAA_REPORT_PRIVATE_H

#include "service/call.h"
#include "service/report_cells.h"

#include <jansson.h>
#include <stdbool.h>

enum { KEY_LENGTH = 64 };

struct report_period {
  char name[8]; /* "" for from and to */
  char from[11], to[11];
};

/* What is asked for. The last period is the one asked for; those before it are the periods of its year that are
   offered before it, which a masked answer must be taken together with. */
struct report_question {
  const struct report *report;
  struct report_period periods[CELLS_PERIODS];
  int period_count;
  const char *group_by;
  bool masked, secondary;
  json_t *districts;        /* owned: sorted ids that the caller is limited to, or NULL */
  char key[KEY_LENGTH + 1]; /* of all that the answer depends on besides the data */
};
void report_question_clear(struct report_question *question);
#define question_auto_t __attribute__((cleanup(report_question_clear))) struct report_question

/* Fills the question from the query of the call: 0, or the status answered. */
int report_question_read(struct call *call, const struct report *report, struct report_question *question)
    __attribute__((warn_unused_result));

/* The same from the body of a call that publishes: masked, of the whole municipality. */
int report_question_published(struct call *call, struct report_question *question)
    __attribute__((warn_unused_result));

/* As JSON: what the answer depends on; and what base.open_report is asked. Owned by the caller. */
json_t *report_question_json(const struct report_question *question);
json_t *report_items_question(const struct report_question *question);

static inline const struct report_period *report_asked(const struct report_question *question)
{
  return &question->periods[question->period_count - 1];
}

/* What was counted (see report_count.h), summed and, for a masked question, masked. */
struct report_items {
  const json_t *document; /* borrowed */
  json_t *keys;           /* owned: "figure\tkey" → its index in the document's keys */
  struct cells *all;      /* owned: the whole municipality, with the masks */
  struct cells *mine;     /* owned: what the caller's districts hold; NULL: all */
  bool *allowed;          /* owned: which of the districts the caller has; NULL: all */
  bool *whole;            /* owned: which units hold whole districts of the caller's and no more; NULL: all */
  int units, districts, sexes;
};
void report_items_clear(struct report_items *items);
#define items_auto_t __attribute__((cleanup(report_items_clear))) struct report_items
void report_items_read(const json_t *document, const struct report_question *question,
                       struct report_items *items);

/* A group of persons: indexes of the document, UNDISCLOSED, or EVERY for what it is not divided by. */
enum { EVERY = -2 };
struct report_group {
  int unit, district, sex;
};
/* The group's place and sex in cells. */
int report_place(const struct cells *cells, const struct report_group *group);
int report_sex(const struct report_group *group);

/* The index of a figure's key ("": its one number) among the document's; -1: nothing counts in it. */
int report_key(const struct report_items *items, const char *figure, const char *key);

/* Hides in `all` what the published reports that the document tells of have masked. */
void report_hide_published(const struct report_items *items);

/* Whether the group is there in the period asked for: in force, or something was counted in it. */
bool report_group_is(const struct report_items *items, const struct report_question *question,
                     const struct report_group *group);
/* The number of a figure's key in the group and the period asked for; -1: masked. */
long report_count(const struct report_items *items, const struct report_question *question,
                  const struct report_group *group, const char *figure, const char *key);

/* A figure's words, its name under that member; and those of its own keys. Owned by the caller. */
json_t *report_figure_words(const struct figure *figure, const char *member);
json_t *report_own_keys(const struct figure_key *keys);

/* The keys of a figure with their words ({"code","sv","en"}), in order; NULL for one number. Owned by the caller. */
json_t *report_keys(const struct report_items *items, const struct figure *figure);
bool report_shows(const struct report_question *question, const struct figure *figure);

/* The answer, and the words (titles, definitions, labels) that the other formats need besides. Owned by the caller. */
json_t *report_render(const struct report_items *items, const struct report_question *question,
                      const char *computed_at);
json_t *report_words(const struct report_items *items, const struct report_question *question);

/* A call that reads that section of db/queries/file.sql. */
struct db_call report_call(const struct call *call, const char *file, const char *section);

/* The two documents, as texts. */
struct report_documents {
  char *answer, *words; /* owned */
};
void report_documents_clear(struct report_documents *documents);
#define documents_auto_t __attribute__((cleanup(report_documents_clear))) struct report_documents

/* Finds the report's kept documents, or computes and keeps them: 0, or the status answered. */
int report_fetch(struct call *call, const struct report_question *question,
                 struct report_documents *documents) __attribute__((warn_unused_result));

/* A question that is being computed in this process; key is borrowed. */
struct report_turn {
  const char *key;
  struct report_turn *next;
};
/* Waits for the turn to compute what the key stands for; false: too many wait, or it took too long. */
bool report_turn_begin(struct report_turn *turn, const char *key, const struct config *config)
    __attribute__((warn_unused_result));
void report_turn_end(const struct report_turn *turn);

/* Replies with the documents in the format asked for; returns the status. */
int report_reply(struct call *call, const struct report_documents *documents);

/* Answers with the list of reports. */
int report_list(struct call *call);

#endif
