/* A small report with all that makes a format stumble: masked counts, totals, and a district with a hostile name. */
#ifndef KAA_TEST_REPORT_SAMPLE_H
#define KAA_TEST_REPORT_SAMPLE_H

static const char sample_answer[] =
    "{\"report\":\"follow-up\",\"definitionVersion\":\"2\",\"period\":{\"name\":\"T1-2026\",\"from\":\"2026-01-01\","
    "\"to\":\"2026-04-30\",\"complete\":true},\"groupBy\":\"district\",\"masked\":true,"
    "\"computedAt\":\"2026-11-16T12:00:00.000000Z\",\"dataAsOf\":\"2026-11-16T09:31:12.000000Z\",\"data\":["
    "{\"group\":{\"districtId\":\"0b0f7d4e-0000-4000-8000-000000000001\",\"district\":\"=1+1 "
    "<script>alert('x')</script> \\\"&\\\"\"},\"covered\":12345,\"soughtOut\":null,\"reached\":0,"
    "\"attempts\":{\"letter\":40,\"phone\":null},\"exits\":{\"moved\":7},\"results\":{\"done\":null}},"
    "{\"group\":{\"district\":\"undisclosed\"},\"covered\":8,\"soughtOut\":null,\"reached\":0,"
    "\"attempts\":{\"letter\":0,\"phone\":9},\"exits\":{\"moved\":0},\"results\":{\"done\":6}}],"
    "\"totals\":[{\"group\":{},\"covered\":12353,\"soughtOut\":20,\"reached\":0,"
    "\"attempts\":{\"letter\":40,\"phone\":11},\"exits\":{\"moved\":7},\"results\":{\"done\":null}}]}";

static const char sample_words[] =
    "{\"title\":{\"sv\":\"Uppföljning & mer\",\"en\":\"Follow-up & more\"},\"example\":false,\"columns\":["
    "{\"name\":\"covered\",\"sv\":\"Omfattade\",\"en\":\"Covered\",\"meansSv\":\"Alla <som> omfattas.\",\"meansEn\":\"All\"},"
    "{\"name\":\"soughtOut\",\"sv\":\"Uppsökta\",\"en\":\"Sought out\"},"
    "{\"name\":\"reached\",\"sv\":\"Nådda\",\"en\":\"Reached\"},"
    "{\"name\":\"attempts\",\"sv\":\"Försök\",\"en\":\"Attempts\",\"keys\":[{\"code\":\"letter\",\"sv\":\"Brev\",\"en\":"
    "\"Letter\"},{\"code\":\"phone\",\"sv\":\"Telefon\",\"en\":\"Phone\"}]},"
    "{\"name\":\"exits\",\"sv\":\"Avslut\",\"en\":\"Exits\",\"keys\":[{\"code\":\"moved\",\"sv\":\"Flyttade\",\"en\":"
    "\"Moved\"}]},"
    "{\"name\":\"results\",\"sv\":\"Resultat\",\"en\":\"Results\",\"keys\":[{\"code\":\"done\",\"sv\":\"Genomförd\",\"en\":"
    "\"Done\"}]}],"
    "\"sexes\":[{\"code\":\"female\",\"sv\":\"Kvinna\",\"en\":\"Female\"}]}";

#endif
