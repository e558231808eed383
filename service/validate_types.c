/* The value types: what a text of each type looks like. */
#include "service/validate.h"

#include "service/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool digits(const char *text, int count)
{
  for (int i = 0; i < count; i++)
    if (!isdigit((unsigned char)text[i])) return false;
  return true;
}

static int number_of(const char *text, int count)
{
  int value = 0;
  for (int i = 0; i < count; i++)
    value = value * 10 + (text[i] - '0');
  return value;
}

static bool is_leap(int year)
{
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool is_date(const char *text)
{
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (strnlen(text, 10) < 10 || !digits(text, 4) || text[4] != '-' || !digits(text + 5, 2) ||
      text[7] != '-' || !digits(text + 8, 2))
    return false;
  int year = number_of(text, 4), month = number_of(text + 5, 2), day = number_of(text + 8, 2);
  if (year < 1900 || year > 2200 || month < 1 || month > 12) return false;
  int last = days[month - 1] + (month == 2 && is_leap(year));
  return day >= 1 && day <= last;
}

static bool is_offset(const char *text)
{
  if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0) return true;
  return (text[0] == '+' || text[0] == '-') && strlen(text) == 6 && digits(text + 1, 2) && text[3] == ':' &&
         digits(text + 4, 2) && number_of(text + 1, 2) <= 15 && number_of(text + 4, 2) <= 59;
}

/* RFC 3339 date-time; leap seconds (:60) are refused, PostgreSQL would move them. */
static bool is_time(const char *text)
{
  if (!is_date(text) || (text[10] != 'T' && text[10] != 't') || strlen(text) < 20) return false;
  const char *clock = text + 11;
  if (!digits(clock, 2) || clock[2] != ':' || !digits(clock + 3, 2) || clock[5] != ':' ||
      !digits(clock + 6, 2))
    return false;
  if (number_of(clock, 2) > 23 || number_of(clock + 3, 2) > 59 || number_of(clock + 6, 2) > 59) return false;
  const char *rest = clock + 8;
  if (*rest == '.') {
    size_t fraction = strspn(rest + 1, "0123456789");
    if (fraction == 0 || fraction > 9) return false;
    rest += 1 + fraction;
  }
  return is_offset(rest);
}

static bool is_uuid(const char *text)
{
  if (strlen(text) != UUID_LENGTH) return false;
  for (int i = 0; i < UUID_LENGTH; i++) {
    bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !isxdigit((unsigned char)text[i])) return false;
  }
  return true;
}

static bool luhn_holds(const char *ten)
{
  int sum = 0;
  for (int i = 0; i < 10; i++) {
    int digit = (ten[i] - '0') * (i % 2 == 0 ? 2 : 1);
    sum += digit / 10 + digit % 10;
  }
  return sum % 10 == 0;
}

/* domain.md 7: 12 characters; personal and coordination numbers with Luhn over the last ten and a serial other
   than 000, temporary ones with two letters after the date. Skatteverket's real coordination numbers may have
   month 00 and day 60, so the date part is not checked as a date. */
static const char *personal_number_fault(const char *text)
{
  size_t length = strlen(text);
  if ((length == 10 && digits(text, 10)) || (length == 11 && digits(text, 6) && strchr("-+", text[6])))
    return "ten-digit-number";
  if (length != 12 || !digits(text, 8)) return "invalid-number";
  if (isupper((unsigned char)text[8]) && isupper((unsigned char)text[9]) && digits(text + 10, 2)) return NULL;
  if (!digits(text + 8, 4) || strncmp(text + 8, "000", 3) == 0) return "invalid-number";
  return luhn_holds(text + 2) ? NULL : "invalid-check-digit";
}

static bool is_email(const char *text)
{
  const char *at = strchr(text, '@');
  size_t length = strlen(text);
  if (!at || at == text || length > 254 || strchr(at + 1, '@') || !strchr(at + 1, '.')) return false;
  for (const char *c = text; *c; c++)
    if (isspace((unsigned char)*c) || iscntrl((unsigned char)*c) || strchr("<>()[],;:\\\"", *c)) return false;
  return at[1] != '.' && text[length - 1] != '.';
}

/* +46701740605, or 070-174 06 05: digits with blanks and hyphens between. */
static bool is_phone(const char *text)
{
  int count = 0;
  if (*text != '+' && *text != '0') return false;
  for (const char *c = text + 1; *c; c++) {
    if (isdigit((unsigned char)*c))
      count++;
    else if (*c != ' ' && *c != '-')
      return false;
  }
  return count >= 6 && count <= 15 && strlen(text) <= 25;
}

static size_t characters(const char *text)
{
  size_t count = 0;
  for (; *text; text++)
    count += (*text & 0xC0) != 0x80;
  return count;
}

static bool has_control_characters(const char *text)
{
  for (; *text; text++)
    if (((unsigned char)*text < 0x20 && *text != '\n' && *text != '\t') || *text == 0x7f) return true;
  return false;
}

static bool is_blank(const char *text)
{
  return text[strspn(text, " \t\n")] == '\0';
}

static const char *plain_text_fault(const struct field *field, const char *value)
{
  long min = field->max ? field->min : 1, max = field->max ? field->max : 200;
  long count = (long)characters(value);
  if (has_control_characters(value)) return "control-characters";
  if (count < min || (min > 0 && is_blank(value))) return "too-short";
  return count > max ? "too-long" : NULL;
}

const char *validate_text(const struct field *field, const char *value)
{
  switch (field->type) {
  case UUID:
  case UUIDS: return is_uuid(value) ? NULL : "invalid-uuid";
  case DATE:
  case DATES: return strlen(value) == 10 && is_date(value) ? NULL : "invalid-date";
  case TIME: return is_time(value) ? NULL : "invalid-time";
  case CODE:
  case CODES: return text_lists(field->codes, " ", value, strlen(value)) ? NULL : "unknown-code";
  case PERSONAL_NUMBER:
  case PERSONAL_NUMBERS: return personal_number_fault(value);
  case EMAIL: return is_email(value) ? NULL : "invalid-email";
  case PHONE:
  case PHONES: return is_phone(value) ? NULL : "invalid-phone";
  case TEXTS: {
    const struct field item = {field->name, TEXT};
    return plain_text_fault(&item, value);
  }
  default: return plain_text_fault(field, value);
  }
}

const char *validate_integer(long min, long max, long long value)
{
  bool bounded = min != 0 || max != 0;
  return bounded && (value < min || value > max) ? "out-of-range" : NULL;
}

const char *validate_shown_name(const char *name)
{
  enum { LONGEST = 40, MOST_DIGITS = 5 }; /* no identity number, and every index of a list */
  size_t length = 0, digits = 0;
  for (; name[length] && length <= LONGEST; length++) {
    if (isdigit((unsigned char)name[length]))
      digits++;
    else if (!isalpha((unsigned char)name[length]) && name[length] != '_' && name[length] != '-')
      return "?";
  }
  return length > 0 && length <= LONGEST && digits <= MOST_DIGITS ? name : "?";
}
