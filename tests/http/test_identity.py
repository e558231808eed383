"""Identity numbers: a new one, a former one again, somebody else's; and finding people by any number."""
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import people
import pytest
import towns
from kaa_cluster import ROOT

COORDINATION = (ROOT / "tests" / "data" / "test_samordningsnummer_2005_2011.txt").read_text().split()
serials = count()


@pytest.fixture(scope="module")
def personal(official_numbers):
    """Official test numbers, each taken once."""
    return (number for number in official_numbers if number.startswith("2009"))


@pytest.fixture(scope="module")
def coordination():
    """Likewise; the first has month 00, the second day 60."""
    month = next(one for one in COORDINATION if one[4:6] == "00")
    day = next(one for one in COORDINATION if one[6:8] == "60")
    return iter([month, day, *(one for one in COORDINATION if one not in (month, day))])


@pytest.fixture
def enter(coordinator, today):
    """enter(number): a youth entered by staff, with a temporary number when none is given."""
    def make(number=None, **members):
        birth = people.birthday(today, 17, days=345)
        return coordinator.post("/youths", {
            "personalNumber": number or people.number(birth, next(serials)), "givenName": "Robinprov",
            "familyName": "Provlund", "birthDate": birth.isoformat(),
            "registration": {"startDate": today.isoformat(), "reason": "unknown"}, **members}).json()
    return make


def code_of(answer):
    return answer.json()["code"]


def test_a_new_number_takes_the_place_of_the_former(enter, coordinator, world, coordination, personal):
    first, second = next(coordination), next(personal)
    youth = enter(first)
    assert youth["numberType"] == "coordination"
    path = f"/youths/{youth['id']}/identity-numbers"
    made = coordinator.post(path, {"personalNumber": second, "numberType": "personal"})
    one = made.json()
    assert (one["personalNumber"], one["numberType"], one["current"]) == (second, "personal", True)
    assert coordinator.get(f"{path}/{one['id']}").json() == one
    now = coordinator.get(f"/youths/{youth['id']}").json()
    assert (now["personalNumber"], now["numberType"]) == (second, "personal")
    former, = [row for row in coordinator.pages(path) if row["personalNumber"] == first]
    assert not former["current"] and former["validTo"] == one["validFrom"]
    assert world.find([first, second]) == [youth["id"]] * 2
    # and back
    assert code_of(coordinator.post(path, {"personalNumber": second}, 409)) == "number-current"
    coordinator.post(path, {"personalNumber": first})
    assert coordinator.get(f"/youths/{youth['id']}").json()["personalNumber"] == first
    assert [row["personalNumber"] for row in coordinator.pages(path) if row["current"]] == [first]
    assert len(coordinator.pages(path)) == 3 and world.find([first, second]) == [youth["id"]] * 2


def test_a_number_is_added_once_for_a_key(enter, coordinator, personal):
    path = f"/youths/{enter()['id']}/identity-numbers"
    body = {"personalNumber": next(personal)}
    first, second = (coordinator.post(path, body, key="number-1") for _ in range(2))
    assert first.json() == second.json() and len(coordinator.pages(path)) == 2


def test_somebody_else_s_number_is_refused(enter, coordinator, personal):
    mine, other = enter(), enter(next(personal))
    answer = coordinator.post(f"/youths/{mine['id']}/identity-numbers", {"personalNumber": other["personalNumber"]}, 409)
    assert code_of(answer) == "number-of-another" and "youth-merges" in answer.json()["detail"]
    assert answer.json()["errors"][0]["pointer"] == "/personalNumber"
    assert other["personalNumber"] not in answer.text and other["id"] not in answer.text


def test_only_those_from_whom_nobody_is_hidden_may_add(enter, caller, personal):
    path = f"/youths/{enter(districtId=towns.id_of('0180', 'district', 'farsta'))['id']}/identity-numbers"
    body = {"personalNumber": next(personal)}
    every = {"youths:write", "personal-numbers:read", "protected:read", "preventive:read", "youths:read"}
    for missing in ("youths:write", "personal-numbers:read", "protected:read", "preventive:read"):
        answer = caller(scope=" ".join(every - {missing})).post(path, body, 403)
        assert missing in answer.json()["scope"]
    limited = caller(scope=" ".join(every), districts=[towns.id_of("0180", "district", "farsta")])
    assert code_of(limited.post(path, body, 403)) == "districts-limited"
    caller(scope=" ".join(every)).post(path, body)


def test_wrong_numbers_and_days(enter, coordinator, personal, today):
    path = f"/youths/{enter()['id']}/identity-numbers"
    number = next(personal)
    for members, status, code in (
            ({"personalNumber": number[2:]}, 400, "ten-digit-number"),
            ({"personalNumber": number[:-1] + str((int(number[-1]) + 1) % 10)}, 400, "invalid-check-digit"),
            ({"personalNumber": "20080101tf01"}, 400, "invalid-number"),
            ({"personalNumber": number, "numberType": "coordination"}, 422, "number-wrong"),
            ({"personalNumber": number, "numberType": "temporary"}, 422, "number-wrong"),
            ({"personalNumber": COORDINATION[-1], "numberType": "personal"}, 422, "number-wrong"),
            ({"personalNumber": number, "validFrom": "2199-01-01"}, 422, "in-the-future"),
            ({"personalNumber": number, "validFrom": "2020-01-01"}, 422, "number-before-former")):
        answer = coordinator.post(path, members, status)
        assert code in {answer.json()["code"], *(error["code"] for error in answer.json().get("errors", []))}, members
        assert number not in answer.text
    assert len(coordinator.pages(path)) == 1


def test_finding_by_every_kind_of_number(enter, coordinator, register, world, coordination, personal):
    """Real coordination numbers may have month 00 and day 60."""
    temporary, day_60, person = enter(), enter(next(coordination)), enter(next(personal))
    assert day_60["personalNumber"][6:8] == "60" and day_60["numberType"] == "coordination"
    youths = [temporary, day_60, person]
    assert world.find([one["personalNumber"] for one in youths]) == [one["id"] for one in youths]
    for wrong, code in ((person["personalNumber"][2:], "ten-digit-number"), ("200901019999", "invalid-check-digit")):
        answer = register.post("/youth-lookups", {"personalNumbers": [temporary["personalNumber"], wrong]}, 400)
        fault, = answer.json()["errors"]
        assert (fault["pointer"], fault["code"]) == ("/personalNumbers/1", code)


def test_two_new_numbers_at_a_time(enter, coordinator, personal):
    path = f"/youths/{enter()['id']}/identity-numbers"
    bodies = [{"personalNumber": next(personal)} for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda body: coordinator.request("POST", path, json=body), bodies))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [row["current"] for row in coordinator.pages(path)].count(True) == 1
