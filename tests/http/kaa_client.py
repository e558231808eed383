"""The one way in which tests ask the service: every answer is held against the contract."""
import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpcore
import httpx
from httpcore.backends.sync import SyncBackend

from kaa_leaks import RUN

BASE = "/kaa/v1"
OUTSIDE = ("http://", "/health/", "/metrics", "/kaa/")


def at_once(*calls):
    """The answers of calls that start together."""
    gate = Barrier(len(calls))

    def run(call):
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


class PromptBackend(SyncBackend):
    """Sends a request's body at once, not when the headers before it have been acknowledged (40 ms later)."""

    def connect_tcp(self, *args, **kwargs):
        stream = super().connect_tcp(*args, **kwargs)
        stream.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return stream


class PromptTransport(httpx.HTTPTransport):
    """Plain HTTP over PromptBackend, with up to that many connections kept for the next request."""

    def __init__(self, kept):
        super().__init__(verify=False)
        self._pool = httpcore.ConnectionPool(
            max_connections=200, max_keepalive_connections=kept, keepalive_expiry=20, network_backend=PromptBackend())


class Client:
    """A caller. Paths are those of the contract, after /kaa/v1; whole URLs and /health are taken as they are."""

    def __init__(self, url, contract, token=None, headers=None, kept=200):
        self.url = url
        self.contract = contract
        self.token = token
        authorization = {"Authorization": f"Bearer {token}"} if token else {}
        self.http = httpx.Client(
            base_url=url, headers={**authorization, **(headers or {})}, timeout=60,
            transport=PromptTransport(kept), event_hooks={"response": [self._check]},
        )

    def _check(self, response):
        response.read()
        RUN.saw(response, self.contract)
        self.contract.check(response)

    def request(self, method, path, expect=None, if_match=None, key=None, headers=None, **rest):
        """Asks. `expect`: the status that must come; if_match: an ETag or an answer that has one."""
        own = dict(headers or {})
        if if_match is not None:
            own["If-Match"] = if_match if isinstance(if_match, str) else if_match.headers["ETag"]
        if key is not None:
            own["Idempotency-Key"] = key
        url = path if path.startswith(OUTSIDE) else BASE + path
        response = self.http.request(method, url, headers=own, **rest)
        if expect is not None:
            assert response.status_code == expect, (
                f"{method} {path}: {response.status_code}, expected {expect}: {response.text[:1500]}"
            )
        return response

    def get(self, path, expect=200, **rest):
        return self.request("GET", path, expect, **rest)

    def post(self, path, body=None, expect=201, **rest):
        return self.request("POST", path, expect, json={} if body is None else body, **rest)

    def put(self, path, body, expect=200, **rest):
        return self.request("PUT", path, expect, json=body, **rest)

    def patch(self, path, body, expect=200, **rest):
        headers = {"Content-Type": "application/merge-patch+json", **rest.pop("headers", {})}
        return self.request("PATCH", path, expect, json=body, headers=headers, **rest)

    def event(self, path, type_, expect=201, if_match=None, key=None, **members):
        """Posts an event to the resource at path, with its current ETag unless told otherwise."""
        if if_match is None:
            if_match = self.get(path)
        return self.post(f"{path}/events", {"type": type_, **members}, expect, if_match=if_match, key=key)

    def pages(self, path, limit=100, **params):
        """All rows of a list, page after page."""
        rows, token = [], None
        while True:
            page = self.get(path, params={**params, "limit": limit, **({"pageToken": token} if token else {})}).json()
            rows += page["data"]
            token = page.get("pageToken")
            if not token:
                return rows

    def close(self):
        self.http.close()
