"""Two who change the same thing: one wins, the other is told; nothing is lost silently."""
from kaa_client import at_once


def test_two_changes_with_the_same_version(administrator):
    for turn in range(5):
        unit = administrator.post("/units", {"name": f"Enhet {turn}", "administration": "education"})
        path = f"/units/{unit.json()['id']}"
        answers = at_once(
            lambda: administrator.patch(path, {"name": "Första"}, None, if_match=unit),
            lambda: administrator.patch(path, {"name": "Andra"}, None, if_match=unit))
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        won = next(answer for answer in answers if answer.status_code == 200)
        now = administrator.get(path)
        assert now.json()["name"] == won.json()["name"]
        assert now.headers["ETag"] == won.headers["ETag"]


def test_two_events_with_the_same_version(world, coordinator):
    attempt = coordinator.post("/outreach-attempts", {
        "youthId": world.youth()["id"], "purpose": "outreach", "channel": "phone", "staff": ["anna"]})
    path = f"/outreach-attempts/{attempt.json()['id']}"
    answers = at_once(
        lambda: coordinator.event(path, "reached", None, if_match=attempt),
        lambda: coordinator.event(path, "no_answer", None, if_match=attempt))
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    assert len(coordinator.get(f"{path}/events").json()["data"]) == 1


def test_two_with_the_same_unique_value(administrator):
    body = {"name": "Tvilling", "slug": "tvilling"}
    answers = at_once(*[lambda: administrator.post("/districts", body, None)] * 6)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]


def test_counting_up_under_contention(administrator):
    """Everyone reads, adds one and writes with If-Match until it holds: the sum must be exact."""
    unit = administrator.post("/units", {"name": "0", "administration": "education"})
    path = f"/units/{unit.json()['id']}"

    def add(times):
        for _ in range(times):
            while True:
                now = administrator.get(path)
                done = administrator.patch(path, {"name": str(int(now.json()["name"]) + 1)}, None, if_match=now)
                if done.status_code == 200:
                    break
                assert done.status_code == 412
        return True

    at_once(*[lambda: add(5)] * 4)
    assert administrator.get(path).json()["name"] == "20"
