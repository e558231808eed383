"""SIGTERM under load: whatever was asked is answered, and the process ends well."""
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from kaa_client import Client

CLIENTS = 50


def test_every_request_is_answered(service, contract, tokens):
    """Fifty clients ask without pause, each over its own connection, when the signal comes. A connection that
    is refused was never accepted; any that was must be answered."""
    token = tokens.make("administrator")
    lost, answered, after = [], [], []
    signalled = threading.Event()

    def ask(number):
        client = Client(service.url, contract, token)
        while True:
            late = signalled.is_set()
            try:
                if number % 5 == 0:
                    answer = client.post("/units", {"name": f"Last {number}", "administration": "education"})
                else:
                    answer = client.get("/districts?limit=5")
                answered.append(answer.status_code)
                if late:
                    after.append(answer.status_code)
            except httpx.ConnectError:
                break
            except httpx.TransportError as error:
                lost.append(repr(error))
                break
            if answer.headers.get("Connection", "").lower() == "close" and signalled.is_set():
                break
        client.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(ask, number) for number in range(CLIENTS)]
        time.sleep(1.5)
        signalled.set()
        service.signal()
        for one in running:
            one.result(60)
    assert service.wait() == 0
    assert lost == []
    assert len(answered) > CLIENTS and set(answered) <= {200, 201}, set(answered)
    service.check_log()
