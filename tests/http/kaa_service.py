"""The service under test: the real binary, started with settings, stopped with SIGTERM, its log checked."""
import json
import os
import signal
import socket
import subprocess
import time

import httpx

from kaa_leaks import NUMBER, RUN

ISSUER = "kaa-tests"
AUDIENCE = "kaa"
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60


def environment(settings):
    """Ours without any KAA_ setting of the shell, and the given ones."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KAA_")}
    return {**plain, **{name: str(value) for name, value in settings.items()}}


def run(binary, *arguments, settings=None, timeout=60):
    """Runs a verb of the binary to its end."""
    done = subprocess.run(
        [str(binary), *map(str, arguments)],
        env=environment(settings or {}), capture_output=True, text=True, timeout=timeout, check=False,
    )
    RUN.tell("verbs", done.stderr)
    if arguments[:1] != ("openapi",):
        RUN.tell("verbs", done.stdout)
    return done


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Service:
    """One process of `kaa serve` on a free port of 127.0.0.1."""

    def __init__(self, binary, log, settings):
        self.binary = binary
        self.log = log
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.metrics_port = free_port()
        RUN.follow_service(log)
        self.settings = {
            "KAA_METRICS_PORT": self.metrics_port, "KAA_BIND": "127.0.0.1", "KAA_PORT": self.port, "KAA_PUBLIC_URL": self.url,
            "KAA_ISSUER": ISSUER, "KAA_AUDIENCE": AUDIENCE, "KAA_DEVELOPMENT": "true", **settings,
        }
        self.process = None

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(self.binary), "serve"], env=environment(self.settings), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.ready():
            assert self.process.poll() is None, f"it ended at start:\n{self.log.read_text()[-2000:]}"
            assert time.monotonic() < deadline, f"not ready:\n{self.log.read_text()[-2000:]}"
            time.sleep(0.02)
        return self

    def ready(self):
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=5, verify=False).status_code == 200
        except httpx.TransportError:
            return False

    def signal(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self):
        return self.process.wait(STOP_TIMEOUT_S)

    def stop(self):
        """Ends it as an operator would; it must end well and have kept silent about persons."""
        if self.process.poll() is None:
            RUN.tell("metrics", httpx.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5).text)
            self.signal()
        try:
            status = self.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("it did not end within a minute of SIGTERM") from None
        assert status == 0, f"it ended with status {status}:\n{self.log.read_text()[-4000:]}"
        self.check_log()

    def kill(self):
        """For one that a failed test has left."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def lines(self):
        """The log so far; every line must be a JSON object (a sanitizer's report is none)."""
        lines = []
        for text in self.log.read_text(encoding="utf-8").splitlines():
            assert text.startswith("{"), f"not a JSON log line: {text}"
            lines.append(json.loads(text))
        return lines

    def check_log(self):
        self.lines()
        text = self.log.read_text(encoding="utf-8")
        found = NUMBER.search(text)
        assert not found, f"the log holds a personal number: …{text[max(0, found.start() - 80):found.end()]}"
