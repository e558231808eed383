"""Idempotency-Key: a request sent again, or twenty times at once, has one effect and one answer."""
from concurrent.futures import ThreadPoolExecutor

TIMES = 20


def test_twenty_at_once_make_one(administrator):
    def send(_):
        return administrator.post("/units", {"name": "Tjugo", "administration": "education"}, key="twenty")

    with ThreadPoolExecutor(TIMES) as pool:
        answers = list(pool.map(send, range(TIMES)))
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["ETag"] for answer in answers}) == 1
    assert sum(unit["name"] == "Tjugo" for unit in administrator.pages("/units")) == 1


def test_twenty_at_once_with_a_person(world, coordinator):
    youth = world.youth()
    body = {"youthId": youth["id"], "purpose": "outreach", "channel": "phone", "staff": ["anna"]}
    before = len(coordinator.pages("/outreach-attempts", youthId=youth["id"]))

    def send(_):
        return coordinator.post("/outreach-attempts", body, key="twenty-attempts")

    with ThreadPoolExecutor(TIMES) as pool:
        answers = list(pool.map(send, range(TIMES)))
    assert len({answer.text for answer in answers}) == 1
    assert len(coordinator.pages("/outreach-attempts", youthId=youth["id"])) == before + 1


def test_another_body_is_refused(administrator):
    first = administrator.post("/units", {"name": "En", "administration": "education"}, key="body")
    answer = administrator.post("/units", {"name": "En annan", "administration": "education"}, 422, key="body")
    assert answer.json()["code"] == "idempotency-key-reused"
    again = administrator.post("/units", {"name": "En", "administration": "education"}, key="body")
    assert again.text == first.text and again.headers["Location"] == first.headers["Location"]


def test_a_refusal_does_not_use_the_key_up(administrator):
    administrator.post("/districts", {"name": "Upptaget", "slug": "farsta"}, 409, key="refused")
    administrator.post("/districts", {"name": "Upptaget"}, 400, key="refused")
    administrator.post("/districts", {"name": "Ledigt", "slug": "ledigt"}, 201, key="refused")


def test_the_key_belongs_to_its_caller_and_route(administrator, caller):
    unit = {"name": "Samma", "administration": "education"}
    mine = administrator.post("/units", unit, key="same").json()["id"]
    other_person = caller("administrator", sub="another@example.com").post("/units", unit, key="same")
    other_client = caller("administrator", client_id="another").post("/units", unit, key="same")
    other_town = caller("administrator", municipality="0126").post("/units", unit, key="same")
    ids = {mine, other_person.json()["id"], other_client.json()["id"], other_town.json()["id"]}
    assert len(ids) == 4
    administrator.post("/districts", {"name": "Samma nyckel", "slug": "samma-nyckel"}, key="same")


def test_the_answer_is_made_anew(administrator):
    body = {"name": "Förr", "administration": "education"}
    unit = administrator.post("/units", body, key="anew")
    administrator.patch(f"/units/{unit.json()['id']}", {"name": "Nu"}, if_match=unit)
    again = administrator.post("/units", body, key="anew")
    assert again.json()["id"] == unit.json()["id"]


def test_an_event_sent_again_happens_once(world, coordinator):
    attempt = coordinator.post("/outreach-attempts", {
        "youthId": world.youth()["id"], "purpose": "outreach", "channel": "phone", "staff": ["anna"]})
    path = f"/outreach-attempts/{attempt.json()['id']}"
    first = coordinator.event(path, "no_answer", if_match=attempt, key="event")
    again = coordinator.event(path, "no_answer", if_match=attempt, key="event")
    assert first.headers["Location"] == again.headers["Location"]
    assert len(coordinator.get(f"{path}/events").json()["data"]) == 1


def test_wrong_keys(administrator):
    for key in ("", "x" * 256):
        administrator.post("/units", {"name": "Nyckel", "administration": "education"}, 400, key=key)


def test_what_is_kept_is_no_personal_data(world, coordinator, sql):
    coordinator.post("/outreach-attempts", {
        "youthId": world.youth()["id"], "purpose": "outreach", "channel": "phone", "staff": ["anna"],
        "note": "Fiktivgatan"}, key="kept")
    kept = sql.execute("select to_jsonb(k)::text from base.idempotency_keys k where key = 'kept'").fetchall()
    assert len(kept) == 1 and "Fiktivgatan" not in kept[0][0]
