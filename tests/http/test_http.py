"""HTTP as the interface promises it: limits, methods, media types, preconditions, lists' parameters, languages."""
import gzip
import json
import uuid

import httpx
import pytest

import towns

ORIGIN = "https://frontend.example"
SETTINGS = {"KAA_ALLOWED_ORIGINS": f"{ORIGIN} https://other.example"}
LIMIT = 1024 * 1024
JSON = {"Content-Type": "application/json"}


def codes(answer):
    """{where: code} of the faults of a problem."""
    return {error.get("pointer", error.get("parameter")): error["code"] for error in answer.json()["errors"]}


def unit(size, name):
    """A good body of exactly that many bytes."""
    text = json.dumps({"name": name, "administration": "education"})
    return (text + " " * (size - len(text))).encode()


def names(administrator):
    return [row["name"] for row in administrator.pages("/units")]


# Size ---------------------------------------------------------------------------------------------

@pytest.fixture(params=["with Content-Length", "chunked"])
def content(request):
    if request.param == "chunked":
        return lambda data: iter([data[:1000], data[1000:]])
    return lambda data: data


def test_a_body_of_the_limit_is_taken(administrator, content, request):
    name = f"Störst {len(request.node.name)}"
    administrator.request("POST", "/units", 201, content=content(unit(LIMIT, name)), headers=JSON)
    assert name in names(administrator)


def test_a_byte_over_the_limit_is_not(administrator, content):
    answer = administrator.request("POST", "/units", 413, content=content(unit(LIMIT + 1, "För stor")), headers=JSON)
    assert answer.json()["status"] == 413
    assert "För stor" not in names(administrator)


def test_far_over_the_limit(administrator, content):
    administrator.request("POST", "/units", 413, content=content(unit(4 * LIMIT, "För stor")), headers=JSON)
    assert "För stor" not in names(administrator)


def test_headers_over_the_limit(administrator):
    administrator.get("/units", 431, headers={"X-Long": "x" * 40000})


# Methods and paths --------------------------------------------------------------------------------

def test_a_method_that_the_path_does_not_have(administrator):
    answer = administrator.request("DELETE", "/districts", 405)
    assert {name.strip() for name in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "POST", "OPTIONS"}


def test_unknown_methods(administrator):
    for method in ("TRACE", "PURGE", "PROPFIND"):
        assert administrator.request(method, "/districts").status_code in (405, 501)


def test_paths_that_are_not_there(administrator):
    for path in ("/nothing", "/districts/", "/Districts", "/districts//", "/districts/x/y/z"):
        administrator.get(path, 404)
    for path in ("/kaa/v2/districts", "/kaa/v1", "/kaa/"):
        administrator.get(path, 404)


def test_ids_that_are_none(administrator):
    for word in ("1", "x", "00000000-0000-0000-0000-00000000000", "%00", "%2e%2e", "%C3%28", "a" * 3000):
        assert administrator.request("GET", f"/districts/{word}").status_code in (400, 404, 414, 431)


def test_head_is_get_without_a_body(administrator):
    path = f"/districts/{towns.id_of('0180', 'district', 'farsta')}"
    got = administrator.get(path)
    head = administrator.request("HEAD", path, 200)
    assert head.content == b"" and head.headers["ETag"] == got.headers["ETag"]
    assert administrator.request("HEAD", f"/districts/{uuid.uuid4()}", 404).content == b""


def test_options(administrator, nobody):
    answer = administrator.request("OPTIONS", "/districts")
    assert answer.status_code in (200, 204)
    assert {"GET", "POST", "HEAD", "OPTIONS"} == {name.strip() for name in answer.headers["Allow"].split(",")}
    assert nobody.request("OPTIONS", "/districts").status_code in (200, 204)


# Media types --------------------------------------------------------------------------------------

@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/x-www-form-urlencoded",
                                   "multipart/form-data; boundary=x", "application/jsonx", ""])
def test_a_body_of_another_type(administrator, media):
    before = names(administrator)
    administrator.request("POST", "/units", 415, content=unit(100, "Fel typ"), headers={"Content-Type": media})
    assert names(administrator) == before


def test_json_with_parameters_is_json(administrator):
    administrator.request("POST", "/units", 201, content=unit(200, "Med teckenkod"),
                          headers={"Content-Type": "Application/JSON; charset=utf-8"})


def test_patch_takes_merge_patches(administrator):
    made = administrator.post("/units", {"name": "Lappas", "administration": "education"})
    path = f"/units/{made.json()['id']}"
    administrator.request("PATCH", path, 415, content=b'{"name": "x"}', if_match=made,
                          headers={"Content-Type": "application/json-patch+json"})
    administrator.patch(path, {"name": "Lappad"}, if_match=made)


def test_accept(administrator):
    for accept in ("*/*", "application/*", "application/json", "text/html;q=0.5, application/json",
                   "application/json;q=0.1"):
        administrator.get("/districts", 200, headers={"Accept": accept})
    for accept in ("text/html", "application/xml", "image/*", "application/json;q=0"):
        administrator.get("/districts", 406, headers={"Accept": accept})


# Bodies -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b'"text"', b"7", b"true", b"{]", b"{'name': 1}", b"<xml/>",
    b'{"name": "A", "name": "B", "administration": "education"}',
    b'{"name": "A\\u0000B", "administration": "education"}',
    b'{"name": "A", "administration": "education"}\x00',
    b'{"name": "\xff\xfe", "administration": "education"}',
    b'{"name": "\xed\xa0\x80", "administration": "education"}',
    b'{"name": "\\ud800", "administration": "education"}',
    b'{"name": "A", "administration": "education"} {}',
    b'{"name": "A", "administration": "education"},',
    b'{"name": ' + b"[" * 20000 + b"]" * 20000 + b"}",
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b'{"name": NaN}', b'{"name": 1e999999}', b'{"name": "A", "administration": "education",}',
    b'\xef\xbb\xbf{"name": "A", "administration": "education"',
], ids=lambda body: repr(body[:30]))
def test_what_is_no_json_object(administrator, body):
    before = names(administrator)
    answer = administrator.request("POST", "/units", 400, content=body, headers=JSON)
    assert answer.json()["code"]
    assert names(administrator) == before


def test_all_faults_at_once(administrator):
    answer = administrator.post("/recipients", {
        "name": "", "kind": "no_such_kind", "districtId": "no-uuid", "respondWithinDays": 0, "sensitive": "yes",
        "unheardOf": 1, "validFrom": "2026-02-30", "id": str(uuid.uuid4()),
    }, 400)
    found = codes(answer)
    assert {"/name", "/kind", "/districtId", "/respondWithinDays", "/sensitive", "/unheardOf", "/validFrom",
            "/id"} <= set(found)
    missing = codes(administrator.post("/recipients", {}, 400))
    assert {"/name", "/kind"} <= set(missing)


def test_faults_of_query_and_body_together(administrator):
    answer = administrator.post("/units", {"name": 7}, 400, params={"what": "1"})
    assert {"what", "/name", "/administration"} <= set(codes(answer))


def test_faults_do_not_repeat_the_value(administrator):
    answer = administrator.post("/units", {"name": ["Hemligheten"], "administration": "Hemligheten"}, 400)
    assert "Hemligheten" not in answer.text
    answer = administrator.get("/districts", 400, params={"unitId": "Hemligheten", "sort": "Hemligheten"})
    assert "Hemligheten" not in answer.text.replace(answer.json()["instance"], "")


@pytest.mark.parametrize("body, where", [
    ({"name": "x" * 101, "administration": "education"}, "/name"),
    ({"name": "a\u0001b", "administration": "education"}, "/name"),
    ({"name": None, "administration": "education"}, "/name"),
    ({"name": 1, "administration": "education"}, "/name"),
    ({"name": {"x": 1}, "administration": "education"}, "/name"),
    ({"name": "A", "administration": "Education"}, "/administration"),
    ({"name": "A", "administration": "education", "validFrom": "20260101"}, "/validFrom"),
    ({"name": "A", "administration": "education", "validFrom": "2026-1-1"}, "/validFrom"),
    ({"name": "A", "administration": "education", "validFrom": "2026-02-29"}, "/validFrom"),
    ({"name": "A", "administration": "education", "version": 3}, "/version"),
    ({"name": "A", "administration": "education", "createdAt": "2026-01-01T00:00:00Z"}, "/createdAt"),
    ({"name": "A", "administration": "education", "_links": {}}, "/_links"),
])
def test_wrong_members(administrator, body, where):
    assert where in codes(administrator.post("/units", body, 400))


def test_a_member_that_looks_like_none_is_not_named(administrator):
    """It may be data: a list of persons by their numbers, say."""
    answer = administrator.post("/units", {"name": "A", "administration": "education", "20080101TF01": 1, "a/b~c": 1, "unheard-of2": 1}, 400)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/?", "/?", "/unheard-of2"]


def test_a_hundred_characters_are_counted_not_bytes(administrator):
    made = administrator.post("/units", {"name": "å" * 100, "administration": "education"})
    assert made.json()["name"] == "å" * 100
    assert administrator.post("/units", {"name": "𝕏" * 100, "administration": "education"}).status_code == 201


def test_text_comes_back_as_it_was_sent(administrator):
    name = 'Å"ä\\ö/\t</script>{}$1 %s 😀\u2028'
    made = administrator.post("/units", {"name": name, "administration": "education"})
    assert administrator.get(f"/units/{made.json()['id']}").json()["name"] == name


# Query --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("query, where", [
    ("unknown=1", "unknown"), ("limit=10&limit=10", "limit"), ("limit=0", "limit"), ("limit=101", "limit"),
    ("limit=x", "limit"), ("limit=", "limit"), ("limit=1.5", "limit"), ("limit=99999999999999999999", "limit"),
    ("pageToken=x", "pageToken"), ("page=0", "page"), ("page=x", "page"), ("count=yes", "count"),
    ("sort=nothing", "sort"), ("fields=nothing", "fields"), ("fields=", "fields"),
    ("modifiedAfter=yesterday", "modifiedAfter"), ("modifiedAfter=2026-01-01T00:00:00", "modifiedAfter"),
    ("unitId=x", "unitId"), ("unitId=", "unitId"), ("unitId=%FF", "unitId"), ("unitId=%00", "unitId"),
    ("unitId=%zz", "unitId"), ("Limit=1", "Limit"),
])
def test_wrong_parameters(administrator, query, where):
    assert where in codes(administrator.get(f"/districts?{query}", 400))


def test_all_wrong_parameters_at_once(administrator):
    found = codes(administrator.get("/districts?limit=0&sort=x&unknown=1&unitId=7", 400))
    assert {"limit", "sort", "unknown", "unitId"} <= set(found)


def test_unknown_parameters_of_single_resources_and_writes(administrator):
    path = f"/districts/{towns.id_of('0180', 'district', 'farsta')}"
    administrator.get(path, 400, params={"expand": "all"})
    administrator.post("/units", {"name": "Fråga", "administration": "education"}, 400, params={"dry": "1"})
    assert "Fråga" not in names(administrator)


# Preconditions ------------------------------------------------------------------------------------

@pytest.fixture
def fresh(administrator):
    made = administrator.post("/units", {"name": "Färsk", "administration": "education"})
    return made, f"/units/{made.json()['id']}"


def test_nothing_has_changed(administrator, fresh):
    _, path = fresh
    for where in (path, "/districts", "/units?limit=1"):
        got = administrator.get(where)
        tag = got.headers["ETag"]
        for condition in (tag, f'"0-x", {tag}', "*", f"W/{tag}"):
            again = administrator.get(where, 304, headers={"If-None-Match": condition})
            assert again.content == b"" and again.headers["ETag"] == tag
        administrator.get(where, 200, headers={"If-None-Match": '"0-0"'})


def test_the_tag_is_of_the_representation(administrator, fresh):
    """If-None-Match compares all of the tag, so that another choice of members is another tag."""
    _, path = fresh
    whole, part = administrator.get(path), administrator.get(path, params={"fields": "name"})
    assert whole.headers["ETag"] != part.headers["ETag"]
    assert whole.headers["ETag"].split("-")[0] == part.headers["ETag"].split("-")[0]
    administrator.patch(path, {"name": "Med delens tagg"}, if_match=part)


def test_a_change_changes_the_tag(administrator, fresh):
    made, path = fresh
    changed = administrator.patch(path, {"name": "Ändrad"}, if_match=made)
    assert changed.headers["ETag"] != made.headers["ETag"]
    assert changed.json()["version"] == made.json()["version"] + 1
    administrator.get(path, 200, headers={"If-None-Match": made.headers["ETag"]})


def test_if_match_is_required(administrator, fresh):
    made, path = fresh
    administrator.patch(path, {"name": "Utan"}, 428)
    for wrong in ('"999-abc"', '"0-x"'):
        administrator.patch(path, {"name": "Fel"}, 412, if_match=wrong)
    for nonsense in ("nonsense", '"nonsense"', "7", '""'):
        assert administrator.patch(path, {"name": "Fel"}, None, if_match=nonsense).status_code in (400, 412)
    assert administrator.get(path).headers["ETag"] == made.headers["ETag"]


def test_the_answer_to_a_change_is_the_resource(administrator, fresh):
    made, path = fresh
    changed = administrator.patch(path, {"name": "Svar"}, if_match=made)
    read = administrator.get(path)
    assert changed.json() == read.json() and changed.headers["ETag"] == read.headers["ETag"]
    assert made.headers["Location"].endswith(f"/kaa/v1{path}")


def test_merge_patch_clears_with_null(administrator, fresh):
    made, path = fresh
    dated = administrator.patch(path, {"validTo": "2030-12-31"}, if_match=made)
    assert dated.json()["validTo"] == "2030-12-31"
    cleared = administrator.patch(path, {"validTo": None}, if_match=dated)
    assert "validTo" not in cleared.json()


def test_a_patch_of_nothing_or_of_what_is_read_only(administrator, fresh):
    made, path = fresh
    administrator.patch(path, {}, 400, if_match=made)
    administrator.patch(path, {"id": str(uuid.uuid4())}, 400, if_match=made)
    administrator.patch(path, {"createdBy": "me"}, 400, if_match=made)


def test_prefer_minimal(administrator):
    answer = administrator.post("/units", {"name": "Minimal", "administration": "education"},
                                headers={"Prefer": "return=minimal"})
    assert answer.content == b"" and answer.headers["Location"] and answer.headers["ETag"]
    assert answer.headers.get("Preference-Applied") == "return=minimal"
    path = answer.headers["Location"]
    patched = administrator.patch(path, {"name": "Minst"}, None, if_match=answer,
                                  headers={"Prefer": "return=minimal"})
    assert patched.status_code in (200, 204) and patched.content == b"" and patched.headers["ETag"]
    assert administrator.get(path).json()["name"] == "Minst"


# Lists --------------------------------------------------------------------------------------------

def test_a_list_has_its_frame(administrator):
    body = administrator.get("/districts?limit=2").json()
    assert set(body) == {"data", "pageToken", "_meta", "_links"} and len(body["data"]) == 2
    assert body["_meta"]["limit"] == 2 and body["_meta"]["count"] == 2
    assert "totalRecords" not in body["_meta"]
    assert {"self", "first", "next"} <= set(body["_links"])


def test_counting(administrator):
    body = administrator.get("/districts?limit=1&count=true").json()
    assert body["_meta"]["totalRecords"] == len(administrator.pages("/districts"))


def test_next_is_in_the_link_header_too(administrator):
    answer = administrator.get("/districts?limit=2")
    following = answer.json()["_links"]["next"]["href"]
    assert f'<{following}>; rel="next"' in answer.headers["Link"]
    second = administrator.get(following)
    assert not {row["id"] for row in answer.json()["data"]} & {row["id"] for row in second.json()["data"]}


def test_page_numbers(administrator):
    pages = [administrator.get(f"/districts?limit=2&page={page}&sort=name").json()["data"] for page in (1, 2, 3)]
    ids = [row["id"] for page in pages for row in page]
    assert len(ids) == len(set(ids)) == 6
    assert ids == [row["id"] for row in administrator.get("/districts?limit=6&sort=name").json()["data"]]
    assert "prev" in administrator.get("/districts?limit=2&page=2").json()["_links"]


def test_sorting(administrator):
    rows = [row["name"] for row in administrator.pages("/districts", limit=2, sort="name")]
    assert len(rows) >= 6 and sorted(rows, key=str.encode) == rows


def test_a_page_token_holds_for_its_request_only(administrator):
    token = administrator.get("/districts?limit=2&sort=name").json()["pageToken"]
    administrator.get(f"/districts?limit=2&sort=name&pageToken={token}", 200)
    farsta = towns.id_of("0180", "unit", "syd")
    for query in ("limit=2", f"limit=2&sort=name&unitId={farsta}", "limit=2&sort=name&modifiedAfter=2020-01-01T00:00:00Z"):
        answer = administrator.get(f"/districts?{query}&pageToken={token}", 400)
        assert "pageToken" in codes(answer), query
    administrator.get(f"/units?limit=2&pageToken={token}", 400)
    for changed in (token[1:], token[5:], token[::-1], "e30", "%2B", "x" * 300):
        administrator.get(f"/districts?limit=2&sort=name&pageToken={changed}", 400)
    for changed in (token[:-1], token[:-4], token[:-10], token + "AA", token + "QUFB", token * 3):
        assert administrator.get(f"/districts?limit=2&sort=name&pageToken={changed}", None).status_code in (200, 400)


def test_choosing_members(administrator):
    body = administrator.get("/districts?fields=name,slug&limit=3").json()
    for row in body["data"]:
        assert {"name", "slug"} <= set(row) <= {"id", "name", "slug", "_links"}
    one = administrator.get(f"/districts/{towns.id_of('0180', 'district', 'farsta')}?fields=slug").json()
    assert one["slug"] == "farsta" and "name" not in one


def test_filters(administrator):
    nord, syd = towns.id_of("0180", "unit", "nord"), towns.id_of("0180", "unit", "syd")
    north = administrator.pages("/districts", unitId=nord)
    assert north and all(row["unitId"] == nord for row in north)
    both = administrator.pages("/districts", unitId=f"{nord},{syd}")
    assert len(both) > len(north)
    assert administrator.pages("/districts", unitId=str(uuid.uuid4())) == []


def test_modified_after_is_exclusive_and_before_inclusive(administrator):
    made = administrator.post("/units", {"name": "Tidpunkt", "administration": "education"}).json()
    at = made["modifiedAt"]
    assert made["id"] not in [row["id"] for row in administrator.pages("/units", modifiedAfter=at)]
    assert made["id"] in [row["id"] for row in administrator.pages("/units", modifiedBefore=at)]


# Language, encoding, trace, CORS ------------------------------------------------------------------

def test_problems_in_two_languages(administrator):
    path = f"/districts/{uuid.uuid4()}"
    swedish = administrator.get(path, 404)
    english = administrator.get(path, 404, headers={"Accept-Language": "en"})
    assert swedish.json()["title"] != english.json()["title"]
    assert swedish.headers["Content-Language"] == "sv" and english.headers["Content-Language"] == "en"
    for language in ("sv", "fr", "sv;q=0.9, en;q=0.1", "de, sv"):
        same = administrator.get(path, 404, headers={"Accept-Language": language})
        assert same.json()["title"] == swedish.json()["title"], language
    for language in ("en-GB,en;q=0.9", "fr, en;q=0.5", "sv;q=0.1, en;q=0.9"):
        same = administrator.get(path, 404, headers={"Accept-Language": language})
        assert same.json()["title"] == english.json()["title"], language


def test_gzip(administrator):
    plain = administrator.get("/units?limit=100", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    with administrator.http.stream("GET", "/kaa/v1/units?limit=100", headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "accept-encoding" in packed.headers["Vary"].lower()
    assert packed.json() == plain.json()


def test_gzip_raw_bytes(service, tokens):
    """What is sent is really gzip."""
    headers = {"Authorization": "Bearer " + tokens.make("administrator"), "Accept-Encoding": "gzip"}
    with httpx.stream("GET", f"{service.url}/kaa/v1/units?limit=100", headers=headers) as answer:
        raw = b"".join(answer.iter_raw())
    assert json.loads(gzip.decompress(raw))["data"]


def test_traces(administrator):
    parent = f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01"
    answer = administrator.get("/districts", headers={"traceparent": parent})
    assert answer.headers["traceparent"].split("-")[1] == parent.split("-")[1]
    assert answer.headers["traceparent"].split("-")[2] != parent.split("-")[2]
    problem = administrator.get("/nothing", 404, headers={"traceparent": parent})
    assert problem.json()["traceId"] == parent.split("-")[1]
    for wrong in ("x", "00-0-0-00", f"00-{'0' * 32}-{'0' * 16}-00", parent.upper()):
        assert administrator.get("/districts", headers={"traceparent": wrong}).headers["traceparent"] != wrong


def test_the_log_line_has_the_trace_and_no_path(administrator, service):
    trace = uuid.uuid4().hex
    district = towns.id_of("0180", "district", "farsta")
    administrator.get(f"/districts/{district}", headers={"traceparent": f"00-{trace}-{'1' * 16}-01"})
    lines = [line for line in service.lines() if trace in json.dumps(line)]
    assert len(lines) == 1 and district not in json.dumps(lines[0])


def test_browsers_of_allowed_origins(administrator, nobody):
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH",
             "Access-Control-Request-Headers": "authorization,if-match"}
    answer = nobody.request("OPTIONS", "/districts", headers=asked)
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "If-Match" in answer.headers["Access-Control-Allow-Headers"]
    got = administrator.get("/districts", headers={"Origin": ORIGIN})
    assert got.headers["Access-Control-Allow-Origin"] == ORIGIN and "ETag" in got.headers["Access-Control-Expose-Headers"]
    assert "Origin" in got.headers["Vary"]
    for origin in ("https://evil.example", "null", ORIGIN + ".evil.example"):
        assert "Access-Control-Allow-Origin" not in administrator.get("/districts", headers={"Origin": origin}).headers


def test_what_may_be_kept(administrator, everything, nobody):
    assert "no-store" in everything.get("/youths").headers["Cache-Control"]
    for path in ("/openapi.yaml", "/openapi.json", "/docs", "/api-info"):
        assert "max-age" in nobody.get(path).headers["Cache-Control"], path


def test_links_begin_with_the_public_address(administrator, service):
    row = administrator.get("/districts?limit=1", headers={
        "Forwarded": "host=evil.example;proto=https", "X-Forwarded-Host": "evil.example", "Host": "evil.example",
    }).json()["data"][0]
    assert row["_links"]["self"]["href"].startswith(f"{service.url}/kaa/v1/districts/")


# Health and the contract itself -------------------------------------------------------------------

def test_health(nobody):
    assert nobody.get("/health/live").status_code == 200
    assert nobody.get("/health/ready").status_code == 200


def test_what_the_interface_says_of_itself(nobody):
    about = nobody.get("/api-info").json()
    assert {"apiName", "apiVersion", "apiReleased", "apiDocumentation", "apiStatus"} <= set(about)
    nobody.get("/docs")


def test_the_contract_is_served(nobody, contract, binary):
    import yaml
    from kaa_contract import PlainLoader
    served = nobody.get("/openapi.yaml")
    assert yaml.load(served.text, PlainLoader)["paths"] == contract.document["paths"]
    assert nobody.get("/openapi.json").json()["paths"] == contract.document["paths"]
