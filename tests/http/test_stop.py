"""SIGTERM under load: whatever was asked is answered, and the process ends well."""
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from kaa_client import Client

CLIENTS = 50


def test_every_request_is_answered(service, contract, tokens):
    """Fifty clients ask without pause, each request over a connection of its own, when the signal comes. A
    connection that is refused was never accepted; any that was must be answered. (An idle connection, kept for a
    next request, may be closed at any time: that is another matter, so none is kept.)"""
    token = tokens.make("administrator")
    lost, answered = [], []

    def ask(number):
        client = Client(service.url, contract, token, kept=0)
        while True:
            try:
                if number % 5 == 0:
                    answer = client.post("/units", {"name": f"Last {number}", "administration": "education"})
                else:
                    answer = client.get("/districts?limit=5")
                answered.append(answer.status_code)
            except httpx.ConnectError:
                break
            except httpx.TransportError as error:
                lost.append(repr(error))
                break
        client.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(ask, number) for number in range(CLIENTS)]
        time.sleep(1.5)
        service.signal()
        for one in running:
            one.result(60)
    assert service.wait() == 0
    assert lost == []
    assert len(answered) > CLIENTS and set(answered) <= {200, 201}, set(answered)
    served = [line for line in service.lines() if line.get("route") in ("/units", "/districts")]
    assert len(served) == len(answered), "the service answered what no client got"
    service.check_log()
