/* The words of problems and faults: one row a code. Resources bring the words of their own refusals. */
#include "service/problems.h"

#include "service/router.h"

#include <string.h>

static const struct refusal known[] = {
    /* the request as a whole */
    {"invalid-request", 400, NULL, "Begäran har fel; alla finns i errors.",
     "The request has faults; all are in errors."},
    {"invalid-json", 400, NULL, "Innehållet är inte giltig JSON.", "The body is not valid JSON."},
    {"duplicate-member", 400, NULL, "Ett objekt i innehållet har samma medlem två gånger.",
     "An object in the body has the same member twice."},
    {"invalid-utf8", 400, NULL, "Innehållet är inte giltig UTF-8.", "The body is not valid UTF-8."},
    {"nul-character", 400, NULL, "Innehållet har ett NUL-tecken.", "The body holds a NUL character."},
    {"trailing-text", 400, NULL, "Det står text efter JSON-dokumentet.",
     "There is text after the JSON document."},
    {"too-deep", 400, NULL, "Innehållet är för djupt nästlat.", "The body is nested too deeply."},
    {"not-object", 400, NULL, "Ett JSON-objekt väntades.", "A JSON object was expected."},
    {"empty-body", 400, NULL, "Innehållet är tomt.", "The body is empty."},
    {"invalid-if-match", 400, NULL, "If-Match ska vara ETag:ar inom citattecken eller *.",
     "If-Match must be entity tags in quotes, or *."},
    {"invalid-idempotency-key", 400, NULL, "Idempotency-Key ska ha 1–100 synliga ASCII-tecken.",
     "Idempotency-Key must have 1–100 visible ASCII characters."},
    {"page-token-expired", 400, NULL,
     "Raden som sidan började efter finns inte längre; börja om från första sidan.",
     "The row that the page began after is gone; begin again from the first page."},
    {"sensitive-search", 400, NULL,
     "Personer får inte väljas ut genom känsliga uppgifter (dataskyddslagen 3:3).",
     "Persons may not be selected by sensitive data (Data Protection Act 3:3)."},
    {"token-missing", 401, NULL, "Åtkomsttoken saknas.", "An access token is missing."},
    {"token-invalid", 401, NULL, "Åtkomsttoken godtas inte.", "The access token is not accepted."},
    {"token-expired", 401, NULL, "Åtkomsttoken har gått ut.", "The access token has expired."},
    {"scope-missing", 403, NULL, "Åtkomsttoken saknar behörigheten.", "The access token lacks the scope."},
    {"not-found", 404, NULL, "Det som söks finns inte här.", "What is asked for is not here."},
    {"method-not-allowed", 405, NULL, "Metoden finns inte för adressen.",
     "The address does not have that method."},
    {"not-acceptable", 406, NULL, "Svaret finns inte i något av de format som godtas.",
     "The answer is not available in an acceptable format."},
    {"transition-not-allowed", 409, NULL,
     "Händelsen är inte möjlig i nuvarande status; möjliga finns i allowed.",
     "The event is not possible in the present status; possible ones are in allowed."},
    {"busy", 409, NULL, "Någon annan ändrar samma sak just nu; försök igen.",
     "Somebody else is changing the same thing right now; try again."},
    {"version-mismatch", 412, NULL, "Resursen har ändrats sedan den lästes.",
     "The resource has changed since it was read."},
    {"body-too-large", 413, NULL, "Innehållet är större än tjänsten tar emot.",
     "The body is larger than the service takes."},
    {"too-many-rows", 413, NULL, "En del får ha högst 10 000 rader.", "A part may have 10,000 rows at most."},
    {"media-type-not-supported", 415, NULL, "Innehållets medietyp tas inte emot här.",
     "The body's media type is not taken here."},
    {"idempotency-key-reused", 422, NULL, "Nyckeln har använts för en annan begäran.",
     "The key was used for another request."},
    {"unknown-reference", 422, NULL, "Det som hänvisas till finns inte.",
     "What is referred to does not exist."},
    {"merged", 409, NULL, "Ungdomen är sammanförd med en annan; använd den, se mergedInto.",
     "The youth has been merged into another; use that one, see mergedInto."},
    {"preventive-person", 422, NULL,
     "Om den som bara är föremål för förebyggande arbete lagras inte mer än identitet, kontaktuppgifter, "
     "skolhändelser, kontaktförsök och insatser.",
     "Of a person in preventive work alone no more is kept than identity, contact data, school events, "
     "attempts and measures."},
    {"in-the-future", 422, NULL, "Tidpunkten har inte inträffat än.", "That time has not come yet."},
    {"invalid-value", 422, NULL, "Ett värde godtas inte.", "A value is not accepted."},
    {"rule-broken", 422, NULL, "Begäran bryter mot en regel i registret.",
     "The request breaks a rule of the register."},
    {"if-match-missing", 428, NULL, "If-Match krävs, med den ETag som lästes.",
     "If-Match is required, with the ETag that was read."},
    {"headers-too-large", 431, NULL, "Begärans huvuden är för stora.",
     "The request's headers are too large."},
    {"internal-error", 500, NULL, "Fel i tjänsten; ange traceId till förvaltaren.",
     "A fault of the service; give the traceId to its operators."},
    {"unavailable", 503, NULL, "Tjänsten når inte sin databas; försök igen om en stund.",
     "The service does not reach its database; try again in a moment."},
    {"keys-unavailable", 503, NULL, "Nycklarna som token prövas mot kan inte hämtas just nu.",
     "The keys that tokens are checked with cannot be had right now."},
    {"reports-busy", 503, NULL, "Rapporten kan inte räknas just nu; försök igen om en stund.",
     "The report cannot be computed right now; try again in a moment."},
    {"timed-out", 503, NULL, "Frågan tog för lång tid.", "The question took too long."},
    /* single members and parameters */
    {"required", 400, NULL, "Måste anges.", "Must be given."},
    {"unknown-member", 400, NULL, "Finns inte.", "Does not exist."},
    {"read-only", 400, NULL, "Kan inte skrivas.", "Cannot be written."},
    {"create-only", 400, NULL, "Kan inte ändras efteråt.", "Cannot be changed afterwards."},
    {"unknown-parameter", 400, NULL, "Parametern finns inte.", "The parameter does not exist."},
    {"repeated-parameter", 400, NULL, "Parametern är angiven mer än en gång.",
     "The parameter is given more than once."},
    {"invalid-encoding", 400, NULL, "Procentkodningen eller UTF-8 är felaktig.",
     "The percent-encoding or UTF-8 is wrong."},
    {"invalid-page-token", 400, NULL, "Sidmarkören hör inte till de här filtren.",
     "The page token does not belong to these filters."},
    {"page-and-token", 400, NULL, "page och pageToken kan inte förenas.",
     "page and pageToken cannot go together."},
    {"not-text", 400, NULL, "Ska vara text.", "Must be a text."},
    {"not-integer", 400, NULL, "Ska vara ett heltal.", "Must be an integer."},
    {"not-boolean", 400, NULL, "Ska vara true eller false.", "Must be true or false."},
    {"not-array", 400, NULL, "Ska vara en lista.", "Must be an array."},
    {"control-characters", 400, NULL, "Får inte ha styrtecken.", "Must not hold control characters."},
    {"too-short", 400, NULL, "Är för kort eller tom.", "Is too short or empty."},
    {"too-long", 400, NULL, "Är för långt.", "Is too long."},
    {"out-of-range", 400, NULL, "Ligger utanför gränserna.", "Is outside the bounds."},
    {"too-many-items", 400, NULL, "Har för många delar.", "Has too many items."},
    {"too-few-items", 400, NULL, "Har för få delar.", "Has too few items."},
    {"repeated-item", 400, NULL, "Samma värde finns två gånger.", "The same value is there twice."},
    {"unknown-code", 400, NULL, "Koden finns inte i listan.", "The code is not in the list."},
    {"invalid-uuid", 400, NULL, "Ska vara ett UUID.", "Must be a UUID."},
    {"invalid-date", 400, NULL, "Ska vara ett datum ÅÅÅÅ-MM-DD.", "Must be a date YYYY-MM-DD."},
    {"invalid-time", 400, NULL, "Ska vara en tid enligt RFC 3339 med tidszon.",
     "Must be an RFC 3339 time with offset."},
    {"invalid-email", 400, NULL, "Ska vara en e-postadress.", "Must be an email address."},
    {"invalid-phone", 400, NULL, "Ska vara ett telefonnummer.", "Must be a phone number."},
    {"invalid-number", 400, NULL,
     "Ska vara ett personnummer, samordningsnummer eller tillfälligt nummer med tolv tecken.",
     "Must be a personal, coordination or temporary number of twelve characters."},
    {"invalid-check-digit", 400, NULL, "Kontrollsiffran stämmer inte.", "The check digit is wrong."},
    {"ten-digit-number", 400, NULL, "Numret ska ha tolv siffror, med århundrade.",
     "The number must have twelve digits, with the century."},
    {0}};

const struct refusal *problems_known(void)
{
  return known;
}

static const struct refusal *find(const struct refusal *rows, const char *code)
{
  for (; rows && rows->code; rows++)
    if (strcmp(rows->code, code) == 0) return rows;
  return NULL;
}

const struct refusal *problems_refusal(const struct resource *own, const char *code)
{
  const struct refusal *found = own ? find(own->refusals, code) : NULL;
  for (const struct resource *const *each = router_resources(); *each && !found; each++)
    found = find((*each)->refusals, code);
  return found ? found : find(known, code);
}

const char *problems_detail(const struct resource *own, const char *code, bool english)
{
  const struct refusal *found = problems_refusal(own, code);
  return !found ? NULL : english ? found->en : found->sv;
}

const char *problems_title(int status, bool english)
{
  static const struct {
    int status;
    const char *sv, *en;
  } titles[] = {{400, "Felaktig begäran", "Bad request"},
                {401, "Inte inloggad", "Unauthorized"},
                {403, "Behörighet saknas", "Forbidden"},
                {404, "Finns inte", "Not found"},
                {405, "Metoden är inte tillåten", "Method not allowed"},
                {406, "Formatet finns inte", "Not acceptable"},
                {409, "Krockar med nuläget", "Conflict"},
                {412, "Ändrad av någon annan", "Precondition failed"},
                {413, "För stort innehåll", "Content too large"},
                {415, "Medietypen tas inte emot", "Unsupported media type"},
                {422, "Går inte att utföra", "Unprocessable content"},
                {428, "If-Match krävs", "Precondition required"},
                {431, "För stora huvuden", "Request header fields too large"},
                {500, "Internt fel", "Internal server error"},
                {503, "Tillfälligt otillgänglig", "Service unavailable"}};
  for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
    if (titles[i].status == status) return english ? titles[i].en : titles[i].sv;
  return english ? "Error" : "Fel";
}
