"""Every read of the contract is asked for once with something behind it, and behaves as all reads do."""
import pytest
from kaa_sample import Paths


@pytest.fixture(scope="module")
def stock(world):
    youth = world.youth()
    world.everything_about(youth)
    world.register.event(world.open_import([]), "cancelled")
    return youth


@pytest.fixture(scope="module")
def reads(stock, everything, contract):
    """(operation, path) of all reads that need a token."""
    paths = Paths(everything, contract)
    return [(one, paths.of(one)) for one in contract.operations
            if one.method == "GET" and one.spec.get("security", contract.document.get("security"))]


def needed(contract, operation):
    """What the question cannot do without."""
    period = next((one for one in map(contract.follow, operation.parameters) if one["name"] == "period"), None)
    return {"period": "H1-2026" if period["schema"].get("minLength") == 7 else "2026"} if period else {}


def test_all_are_answered(reads, everything, contract):
    for operation, path in reads:
        if path is not None:
            answer = everything.get(path, params=needed(contract, operation))
            assert everything.request("HEAD", path, 200, params=needed(contract, operation)).content == b""
            if operation.path.endswith("/access-log"):
                continue  # grows with every reading of it
            everything.get(path, 304, params=needed(contract, operation),
                           headers={"If-None-Match": answer.headers["ETag"]})


def test_all_refuse_what_they_do_not_know(reads, everything, contract):
    for operation, path in reads:
        if path is not None:
            answer = everything.get(path, 400, params={**needed(contract, operation), "unheardOf": "1"})
            assert any(error.get("parameter") == "unheardOf" for error in answer.json()["errors"]), operation.name


def test_all_lists_take_every_filter(reads, everything, contract):
    """Each declared filter alone, with a value of its form: the statement behind it must stand."""
    from kaa_sample import sample
    for operation, path in reads:
        for parameter in map(contract.follow, operation.parameters):
            if path is None or parameter["in"] != "query" or parameter["name"] in ("pageToken", "fields"):
                continue
            schema = parameter["schema"]
            for value in schema.get("enum", [sample(contract, schema)]):
                value = value[0] if isinstance(value, list) else value
                value = str(value).lower() if isinstance(value, bool) else value
                params = {} if parameter["name"] in ("from", "to") else needed(contract, operation)
                answer = everything.get(path, None, params={**params, parameter["name"]: value})
                assert answer.status_code in (200, 400, 422), (operation.name, parameter["name"], answer.text)
                if answer.status_code != 200:
                    assert parameter["name"] in ("after", "from", "to", "period", "recipientId"), (
                        operation.name, parameter["name"], answer.text)


def test_links_lead_somewhere(reads, everything, contract):
    """Whatever an answer offers is in the contract; what can be read, can be read."""
    seen = set()
    for operation, path in reads:
        if path is None:
            continue
        body = everything.get(path, params=needed(contract, operation)).json()
        rows = body["data"][:2] if isinstance(body.get("data"), list) else [body]
        for row in rows + [body]:
            for rel, link in (row.get("_links") or {}).items():
                where = link["href"].split("?")[0].removeprefix(everything.url)
                found, _ = contract.find(link["method"], where)
                assert found, f"{operation.name}: {rel} leads to {link}"
                assert link["rel"] == rel
                if link["method"] == "GET" and link["href"] not in seen:
                    seen.add(link["href"])
                    everything.get(link["href"])
    assert len(seen) > 10


def test_self_is_first(reads, everything, contract):
    for operation, path in reads:
        if path is None or operation.path.endswith(("/events", "/timeline")):
            continue
        body = everything.get(path, params=needed(contract, operation)).json()
        for row in body["data"][:1] if isinstance(body.get("data"), list) else [body]:
            if row.get("_links"):
                assert next(iter(row["_links"])) == "self", operation.name
