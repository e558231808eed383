/* What the report_count*.c files share: the rows as taken, who they are of, and the things counted of them. */
#ifndef KAA_REPORT_COUNT_PRIVATE_H
#define KAA_REPORT_COUNT_PRIVATE_H

#include "service/report_cells.h"
#include "service/report_count.h"

#include <stdbool.h>
#include <stdint.h>

/* Days since the first of 2000, and microseconds, as PostgreSQL sends them. */
typedef int32_t day_t;
typedef int64_t moment_t;
#define DAY_NEVER    INT32_MAX /* 'infinity' */
#define DAY_EVER     INT32_MIN /* '-infinity' */
#define MOMENT_NEVER INT64_MAX
#define MOMENT_EVER  INT64_MIN

/* Numbers for identifiers, from 0 in the order of their coming. */
struct ids {
  int count, room;
  unsigned char (*rows)[16]; /* owned */
  int *slots;                /* owned: number + 1, or 0; twice as many as room */
};
int ids_add(struct ids *ids, const void *id);        /* its number, new or not */
int ids_find(const struct ids *ids, const void *id); /* -1: unknown */
void ids_clear(struct ids *ids);

/* The periods of the question, and the times that days begin at. Periods are bits, the first is 1. */
struct count_times {
  int periods;
  day_t firsts[CELLS_PERIODS], lasts[CELLS_PERIODS],
      seen[CELLS_PERIODS];                             /* seen: the last day, or today before it */
  moment_t begins[CELLS_PERIODS], ends[CELLS_PERIODS]; /* ends: exclusive */
  unsigned districted;                                 /* those at whose end there were districts */
  day_t since;
  moment_t *midnights; /* owned: of since and the days after it */
  int midnight_count;
};
void times_read(struct count_times *times, const json_t *document);
/* Those that the days from first to last have one in common with. */
unsigned times_with(const struct count_times *times, day_t first, day_t last);
/* Those whose day, or end where that is before it, is from `from` on and before `to`. */
unsigned times_at(const struct count_times *times, const day_t *days, const day_t span[2], day_t end);
/* Those that a moment is in. */
unsigned times_of(const struct count_times *times, moment_t at);
/* Those in which a moment is, or is past. */
unsigned times_since(const struct count_times *times, moment_t at);
/* When the day begins: MOMENT_NEVER for what lies far ahead. */
moment_t times_midnight(const struct count_times *times, day_t day);

/* A list's codes by number, the first is 1; 0 stands for null and for what is not in the list. */
enum { CODES_MOST = 31 };
struct codes {
  int count;
  const char *codes[CODES_MOST + 1]; /* borrowed from the document */
  int lengths[CODES_MOST + 1];
};

/* Figures and keys have numbers: the figure's, and those of up to two codes. */
enum figure_number {
  COVERED = 1,
  SOUGHT_OUT,
  REACHED,
  REACHED_BY,
  ATTEMPTS,
  PARTICIPANTS,
  PARTICIPANTS_BY_ADMINISTRATION,
  PARTICIPANTS_BY_TYPE,
  EXITS,
  EXITS_OF_PARTICIPANTS,
  EXITS_BY_TYPE,
  RESULTS,
  OCCUPATION_AFTER,
  TIMELINESS,
  FIRST_CONTACT_BY,
  OVERDUE,
  LACKING,
  FIGURES_END
};
enum family { PERSONS, ATTEMPTS_MADE, EXITS_MADE, MEASURES_ENDED, REGISTRATIONS_BEGUN };
enum { TIMELY_BEGUN = 1, TIMELY, TIMELY_LATE, TIMELY_NONE };

/* A place is a unit and a district, a cell a place and a sex: numbers from 1, 0 for none. */
enum { SEX_BITS = 2, DISTRICT_BITS = 12, UNIT_SHIFT = DISTRICT_BITS + SEX_BITS };
static inline int place_of(int unit, int district)
{
  return unit << DISTRICT_BITS | district;
}
static inline int cell_of(int place, int sex)
{
  return place << SEX_BITS | sex;
}

/* A thing on its way into the items. */
enum { PARTS_MOST = 128 };
struct thing {
  enum family family;
  int cell;
  unsigned elsewhere;
  int count;
  int32_t parts[PARTS_MOST];
};
/* Adds a part of a figure that is one number, of one with a code, and of one with two; none when there is no period or
   a code is 0. */
void thing_number(struct thing *thing, enum figure_number figure, unsigned periods);
void thing_part(struct thing *thing, enum figure_number figure, int code, unsigned periods);
void thing_cross(struct thing *thing, enum figure_number figure, const int codes[2], unsigned periods);

/* Things alike are one item with their number. The parts of all items stand in one row, one after another. */
struct item {
  int family, cell, part_count;
  unsigned elsewhere;
  size_t part; /* the first */
  uint64_t hash;
  json_int_t times;
};
struct things {
  struct item *items; /* owned */
  size_t item_count, item_room;
  int32_t *parts; /* owned: key << PERIOD_BITS | periods */
  size_t part_count, part_room;
  size_t *slots; /* owned: number + 1, or 0; twice as many as item_room */
};
enum { CODE_BITS = 5, TWO_CODES_BITS = 2 * CODE_BITS, PERIOD_BITS = CELLS_PERIODS };
struct things *things_new(void);
void things_free(struct things *things);
/* Nothing is counted of a thing without parts. */
void things_add(struct things *things, struct thing *thing);

struct person {
  int into; /* who it was merged into; its own number, when into none */
  int sex;
  bool is_protected, lacks_contact, lacks_address, lacks_district;
  int registration,
      registrations; /* its own and its duplicates', the latest first: where they begin, and how many */
  int stay, stays;
  int measure, measures;
  int occupation, occupations;     /* by their first day */
  int place;                       /* of one who has not moved */
  bool moved;                      /* the place is one of its stays' */
  unsigned covered, sought;        /* sought: the periods in which it was sought out */
  moment_t reached[CELLS_PERIODS]; /* the first time in each period, MOMENT_NEVER for none */
  int reached_by[CELLS_PERIODS];   /* its channel */
};

struct registration {
  int person;
  day_t start, end, latest; /* latest: the last day on which a first contact is in time */
  moment_t created, start_at;
  int exit_reason;
  bool reason_unknown, newly_registered, school_missing, left_source;
  unsigned periods, lasting; /* lasting: those of which it is the person's last */
  moment_t first;            /* of the attempts since it began, MOMENT_NEVER for none */
  int first_channel;
};

struct stay {
  int person, place;
  bool inherited; /* it was a duplicate's */
  day_t from, to;
  moment_t from_at;
};

struct measure {
  int person;
  day_t start, end;
  int type, administration, end_reason, occupation;
  bool open_ended;        /* no occupation afterwards is told */
  unsigned active, ended; /* the periods, of those in which the person is covered */
};

struct occupation {
  int person;
  day_t from, to;
  moment_t created;
  bool known;
};

/* Rows of one kind. */
struct rows {
  void *at; /* owned */
  int count, room;
};

struct report_count {
  json_t *document; /* owned: what base.open_report told */
  struct {
    bool exact, persons, work, quality, attempts, exits, begun, contact;
  } wanted;
  struct count_times times;
  struct codes sexes, channels, administrations, types, exit_reasons, end_reasons, occupation_codes;
  struct ids youths, units, districts;
  int *unit_administrations; /* owned */
  struct rows persons, registrations, stays, measures, occupations;
  bool arranged;
  struct things *things; /* owned */
};

static inline struct person *person_at(const struct report_count *count, int number)
{
  return (struct person *)count->persons.at + number;
}
static inline struct registration *registration_at(const struct report_count *count, int number)
{
  return (struct registration *)count->registrations.at + number;
}
static inline struct stay *stay_at(const struct report_count *count, int number)
{
  return (struct stay *)count->stays.at + number;
}

static inline struct measure *measure_at(const struct report_count *count, int number)
{
  return (struct measure *)count->measures.at + number;
}
static inline struct occupation *occupation_at(const struct report_count *count, int number)
{
  return (struct occupation *)count->occupations.at + number;
}

/* Forgets what was taken, and reads what base.open_report told. */
void report_count_begin(void *into, const char *body);

/* The number of the text among the codes. */
int codes_number(const struct codes *codes, const char *text, int length);

/* Puts the registrations and places of each person in order, before the rows that need them; and in the end the
   measures and occupations. */
void count_arrange(struct report_count *count);
void count_arrange_rest(struct report_count *count);

/* Counts an attempt to reach the person out, or one that reached it. */
void count_sought(struct report_count *count, struct person *person, moment_t at, int channel);
void count_reached(struct report_count *count, struct person *person, moment_t at, int channel);

/* Makes things of what was taken of a person who was covered, at its places. */
struct placings;
void count_person(struct report_count *count, const struct person *person, const struct placings *placings);
/* Exits, ended measures, begun registrations. */
void count_events(struct report_count *count, const struct person *person, const struct placings *placings);

/* Adds "keys" and "items" to the document, and leaves out the units and districts that are of no account. */
void count_tell(struct report_count *count);

/* Where a person counts in which periods. */
struct placing {
  int cell;
  unsigned periods;
};
struct placings {
  struct placing *rows; /* owned */
  int count, room;
};
void placings_of(struct placings *placings, const struct report_count *count, const struct person *person);

#endif
