"""Random histories of casework, played over HTTP and in a model, by several callers and day by day. After each step: what
was refused is what a rule is against, the plan of those whom it touched is the model's, and recipients can read what a
consent or ground lets them read at that moment and nothing else. A seed's history is the same each time.

KAA_CASEWORK_SEED (15) and KAA_CASEWORK_HISTORIES (how many) choose others; a failure says which to play it again."""
import os
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
import towns
from casework_history import DISTRICTS, REFUSED, STEPS_EACH, Differs, History, calendar, written
from conftest import FEW, FULL, database_settings
from kaa_client import Client
from kaa_service import Service
from kaa_tokens import ROLES
from outreach_model import REASONS, STEPS, moment

USUAL_SEED = 15  # of three histories that meet everything
SEED = int(os.environ.get("KAA_CASEWORK_SEED", USUAL_SEED))
HISTORIES = int(os.environ.get("KAA_CASEWORK_HISTORIES", "24" if FULL else "3"))
WORKERS = 2


class Played:
    """The service, which is started anew for each day, and the histories in it."""

    def __init__(self, service, owner):
        self.service = service
        self.owner = owner
        self.clients = []

    def client(self, contract, token):
        self.clients.append(Client(self.service.url, contract, token))
        return self.clients[-1]

    def to(self, day, codes):
        """The service as of noon of that day, when its night's work is done."""
        night = moment(day, 3)
        with self.owner.transaction():
            self.owner.execute("select base.before_nights(%s)", [written(night)])
        for code in codes:
            with self.owner.transaction():
                self.owner.execute("select base.nightly(%s, %s)", [code, written(night)])
        self.service.kill()
        self.service.settings["KAA_CLOCK"] = moment(day).isoformat()
        self.service.start()
        return moment(day), night


@pytest.fixture(scope="module")
def played(binary, cluster, database, settings, tmp_path_factory):
    log = tmp_path_factory.mktemp("service") / "kaa.log"
    service = Service(binary, log, {**database_settings(cluster, database), **FEW, **settings})
    with cluster.connect() as superuser:
        superuser.execute(f"alter database {database} set plan_cache_mode = force_generic_plan")  # planned once a start
    with cluster.connect(database, "kaa_owner") as owner:
        one = Played(service, owner)
        try:
            yield one
            service.stop()
        finally:
            service.kill()
            for client in one.clients:
                client.close()


def make_town(owner, code):
    with owner.transaction():
        towns.enter(owner, code)
        owner.execute("insert into base.municipalities (name, policy) values ('Provstad', '{}')")
        towns.make_unit(owner, code, "kaa", "KAA", "education", True)
        for slug in DISTRICTS:
            owner.execute("insert into base.districts (id, name, slug, unit_id) values (%s, %s, %s, %s)",
                          [towns.id_of(code, "district", slug), slug, slug, towns.id_of(code, "unit", "kaa")])
        for name in towns.RECIPIENTS:
            towns.make_recipient(owner, code, name)


def some_history(seed, played, contract, tokens):
    code = str(1000 + seed)
    make_town(played.owner, code)
    token = lambda role=None, **claims: played.client(contract, tokens.make(role, municipality=code, **claims))
    limited = " ".join(scope for scope in ROLES["coordinator"] if not scope.startswith(("protected", "preventive")))
    clients = {"coordinator": token("coordinator"), "caseworker": token("caseworker"), "administrator": token("administrator"),
               "register": token("register-system"), "officer": token("data-protection-officer"),
               "limited": token(scope=limited, districts=[towns.id_of(code, "district", DISTRICTS[0])]),
               "recipients": token("recipient", recipients=[towns.id_of(code, "recipient", name) for name in towns.RECIPIENTS])}
    for name, (_, system, *_) in towns.RECIPIENTS.items():
        to = {"recipientSystem": system} if system else {"recipients": [towns.id_of(code, "recipient", name)]}
        clients[name] = token("recipient", **to)
    return History(seed, clients, None, code)


def difference(history, now, night):
    """What to say when a day parts the two."""
    try:
        history.live(now, night)
    except Differs as error:
        return history.said(error)
    except Exception:
        return history.said(traceback.format_exc())
    return None


@pytest.mark.database
def test_histories(played, contract, tokens):
    histories = [some_history(SEED + n, played, contract, tokens) for n in range(HISTORIES)]
    for day in calendar():
        living = [one for one in histories if one.steps < STEPS_EACH]
        if not living:
            break
        now, night = played.to(day, [one.code for one in living])
        for client in played.clients:
            client.http.base_url = played.service.url
        with ThreadPoolExecutor(WORKERS) as pool:
            said = list(filter(None, pool.map(lambda one: difference(one, now, night), living)))
        if said:
            pytest.fail("\n\n".join(said), pytrace=False)
    if SEED == USUAL_SEED and HISTORIES >= 3:
        wanted = STEPS | REASONS | REFUSED
        met = set().union(*(one.met for one in histories))
        assert met >= wanted, f"never met: {sorted(wanted - met)}"
