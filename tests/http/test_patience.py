"""What reaches all youths of a municipality may take longer than casework may."""
import pytest

import towns

SETTINGS = {"KAA_STATEMENT_TIMEOUT_MS": "300"}


@pytest.fixture(scope="module")
def slow(sql, world):
    """A work list that takes half a second to be made anew."""
    world.youths(3)
    sql.execute("create function base.slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.5); return null; end $$")
    sql.execute("create trigger slow after update on base.municipalities for each statement execute function base.slow()")
    sql.execute("create trigger slow after update on base.districts for each statement execute function base.slow()")
    sql.execute("create trigger slow after update on base.units for each statement execute function base.slow()")
    sql.execute("create trigger slow after update on base.youths for each statement execute function base.slow()")


@pytest.mark.parametrize("path, change", [
    ("/municipalities/0180", {"policy": {"phoneAfter": "P11D"}}),
    (f"/districts/{towns.id_of('0180', 'district', 'farsta')}", {"unitId": towns.id_of("0180", "unit", "nord")}),
    (f"/units/{towns.id_of('0180', 'unit', 'syd')}", {"name": "KAA Söder"}),
])
def test_a_change_that_reaches_all_youths_is_waited_for(slow, administrator, path, change):
    administrator.patch(path, change, 200, if_match=administrator.get(path))


def test_casework_is_not(slow, world, coordinator):
    """So the time is really too short for others."""
    youth = coordinator.get("/youths?limit=1").json()["data"][0]
    path = f"/youths/{youth['id']}"
    refused = coordinator.patch(path, {"email": "sen@provpost.example"}, 503, if_match=coordinator.get(path))
    assert refused.json()["code"] == "timed-out"
