/* Layouts of the statistics export: data files that say how a half-year's file is written. Those shipped are in the
   binary; an operator's folder adds others. A layout holds from its half-year until the next one's. */
#ifndef KAA_LAYOUTS_H
#define KAA_LAYOUTS_H

#include "service/call.h"

#include <jansson.h>

/* Reads those shipped and those of the folder ("" or NULL: none). 0, or -1 and *error (owned by the caller): the file,
   the member and what is wrong with it. */
int layouts_open(const char *folder, char **error);

/* The one of that half-year (H1-2026), else the newest that is not later; borrowed. NULL when there is none. */
const json_t *layouts_for(const char *half_year);

/* Finds the layout of the period asked for and puts what the database needs of it into the question: 0, or a problem
   answered. */
int layouts_choose(struct call *call);

/* Answers with the file that the layout makes of the JSON, which is owned from here on. */
int layouts_answer(struct call *call, char *json);

#endif
