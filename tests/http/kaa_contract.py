"""The contract as the tests' judge: every answer is held against the OpenAPI document, every call is noted."""
import json
import re
import threading
from urllib.parse import urlsplit

import yaml
from jsonschema import Draft202012Validator, FormatChecker, RefResolver

METHODS = ("get", "put", "post", "patch", "delete", "head", "options", "trace")
PROBLEM = "application/problem+json"
PROBLEM_MEMBERS = ("type", "title", "status", "detail", "instance", "code", "traceId")
ETAG = re.compile(r'^"[0-9]+-[A-Za-z0-9_-]+"$')
TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$")
NUMBER = re.compile(r"\b(19|20)\d{6}(\d{4}|[A-Z]{2}\d{2})\b")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")

formats = FormatChecker(formats=["date", "email"])
formats.checks("date-time")(lambda value: not isinstance(value, str) or TIME.match(value) is not None)
formats.checks("uuid")(lambda value: not isinstance(value, str) or UUID.match(value) is not None)
formats.checks("uri")(lambda value: not isinstance(value, str) or bool(urlsplit(value).scheme))


class PlainLoader(yaml.CSafeLoader):
    """YAML as JSON has it: dates stay text."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"a member twice: {sorted(names)}"
    return dict(pairs)


def parse_json(content):
    return json.loads(content.decode("utf-8"), object_pairs_hook=no_duplicates)


class Operation:
    """A method of a path of the contract."""

    def __init__(self, base, path, method, item, spec):
        self.method = method.upper()
        self.path = path
        self.template = base + path
        self.spec = spec
        self.parameters = item.get("parameters", []) + spec.get("parameters", [])
        pattern = re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(self.template))
        self.pattern = re.compile(f"^{pattern}$")

    @property
    def name(self):
        return f"{self.method} {self.path}"

    @property
    def path_parameters(self):
        return re.findall(r"\{([^}]+)\}", self.path)


class Contract:
    """The document, and which of its operations were answered well so far."""

    def __init__(self, text):
        self.document = yaml.load(text, PlainLoader)
        self.resolver = RefResolver.from_schema(self.document)
        self.operations = list(self._operations())
        self.succeeded = set()
        self.statuses = {}
        self._validators = {}
        self._lock = threading.Lock()

    def _operations(self):
        usual = self.document.get("servers", [])
        for path, item in self.document["paths"].items():
            servers = item.get("servers", usual)
            base = urlsplit(servers[0]["url"]).path.rstrip("/") if servers else ""
            for method in METHODS:
                if method in item:
                    yield Operation(base, path, method, item, item[method])

    def follow(self, node):
        """The node, or what its $ref points at."""
        while isinstance(node, dict) and "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def find(self, method, path):
        """(operation or None, methods that the path has)."""
        matching = [one for one in self.operations if one.pattern.match(path)]
        # A path without parameters wins over one with.
        matching.sort(key=lambda one: len(one.path_parameters))
        for operation in matching:
            if operation.method == method and operation.path == matching[0].path:
                return operation, set()
        return None, {one.method for one in matching if one.path == matching[0].path}

    def filters(self, operation):
        """The names of the query parameters."""
        parameters = map(self.follow, operation.parameters)
        return [one["name"] for one in parameters if one["in"] == "query"]

    def never_called(self):
        return sorted(one.name for one in self.operations if one.name not in self.succeeded)

    # One answer ---------------------------------------------------------------------------------

    def check(self, response):
        """Fails unless the contract allows this answer to this request."""
        request = response.request
        where = f"{request.method} {request.url.path}: {response.status_code}"
        method = "GET" if request.method == "HEAD" else request.method
        operation, methods = self.find(method, request.url.path)
        self._check_common_headers(where, response)
        if response.status_code >= 400:
            self._check_problem(where, response)
        if operation is None:
            self._check_unknown(where, response, methods)
            return
        self._check_operation(where, operation, response)
        with self._lock:
            self.statuses.setdefault(operation.name, set()).add(response.status_code)
            if response.status_code < 300:
                self.succeeded.add(operation.name)

    @staticmethod
    def _check_unknown(where, response, methods):
        """The contract has no such path or method: only a refusal, or OPTIONS, can be right."""
        if response.request.method == "OPTIONS" and (methods or response.status_code >= 400):
            return
        if methods and response.status_code == 405:
            allowed = {name.strip() for name in response.headers["Allow"].split(",")}
            assert methods <= allowed, f"{where}: Allow is {allowed}, the contract has {methods}"
            assert response.request.method not in allowed, f"{where}: refused, yet in Allow"
            return
        assert response.status_code in ((400, 401, 404, 405, 413, 414, 431, 501, 503) if not methods else
                                        (400, 413, 414, 431, 501, 503)), \
            f"{where}: the contract has no such operation"

    @staticmethod
    def _check_common_headers(where, response):
        headers = response.headers
        assert TRACEPARENT.match(headers.get("traceparent", "")), f"{where}: no traceparent"
        assert headers.get("X-Content-Type-Options") == "nosniff", f"{where}: no nosniff"
        assert "API-Version" in headers, f"{where}: no API-Version"
        assert "Server" not in headers, f"{where}: a server banner"
        needed = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
        name = needed.get(response.status_code)
        assert not name or name in headers, f"{where}: no {name}"

    @staticmethod
    def _check_problem(where, response):
        media = response.headers.get("Content-Type", "").split(";")[0]
        assert media == PROBLEM, f"{where}: an error of type {media}: {response.text[:300]}"
        if response.request.method == "HEAD":
            return
        problem = parse_json(response.content)
        missing = [name for name in PROBLEM_MEMBERS if name not in problem]
        assert not missing, f"{where}: problem without {missing}: {problem}"
        assert problem["status"] == response.status_code, f"{where}: {problem}"
        assert re.match(r"^https?://", problem["type"]), f"{where}: type is not absolute: {problem['type']}"
        trace = TRACEPARENT.match(response.headers["traceparent"]).group(1)
        assert problem["traceId"] == trace, f"{where}: traceId is not that of traceparent"
        for error in problem.get("errors", []):
            assert ("pointer" in error) != ("parameter" in error), f"{where}: {error}"
            assert error["code"] and error["detail"], f"{where}: {error}"
        assert not NUMBER.search(response.text), f"{where}: a number in {response.text}"
        for word in ("base.", "api.", "SELECT", "select ", "ERROR:", "pg_", "SQLSTATE"):
            assert word not in response.text.replace("/kaa-api.", ""), f"{where}: {word} in {response.text}"

    def _check_operation(self, where, operation, response):
        responses = operation.spec["responses"]
        status = str(response.status_code)
        declared = responses.get(status) or responses.get(f"{status[0]}XX") or responses.get("default")
        assert status == "304" or declared, f"{where}: {operation.name} has no such status: {sorted(responses)}"
        declared = self.follow(declared or {})
        self._check_declared_headers(where, operation, declared, response)
        if response.request.method == "HEAD" or response.status_code in (204, 304):
            assert not response.content, f"{where}: a body"
            return
        content = declared.get("content", {})
        if not content or self._is_minimal(response):
            assert not response.content, f"{where}: a body that the contract does not have"
            return
        media = response.headers.get("Content-Type", "").split(";")[0]
        assert media in content, f"{where}: media type {media}, declared: {sorted(content)}"
        if media.endswith("json"):
            self._check_body(where, (operation.name, status, media), content[media].get("schema", {}), response)

    @staticmethod
    def _is_minimal(response):
        return response.status_code < 300 and "return=minimal" in response.request.headers.get("Prefer", "") \
            and not response.content

    def _check_declared_headers(self, where, operation, declared, response):
        for name, header in declared.get("headers", {}).items():
            if self.follow(header).get("required"):
                assert name in response.headers, f"{where}: no {name}"
        secured = operation.spec.get("security", self.document.get("security"))
        if response.status_code == 200 and operation.method == "GET" and secured:
            assert ETAG.match(response.headers.get("ETag", "")), f"{where}: ETag {response.headers.get('ETag')}"
            assert "Cache-Control" in response.headers, f"{where}: no Cache-Control"
        if response.status_code == 201:
            assert response.headers.get("Location", "").startswith("http"), f"{where}: no Location"

    def _check_body(self, where, key, schema, response):
        validator = self._validators.get(key)
        if validator is None:
            validator = Draft202012Validator(schema, resolver=self.resolver, format_checker=formats)
            self._validators[key] = validator
        body = parse_json(response.content)
        faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(body)]
        assert not faults, f"{where}: not as in the contract: {faults[:5]} in {response.text[:600]}"
        self._check_no_null(where, key, body)

    @staticmethod
    def _check_no_null(where, key, body):
        """Absent and null mean the same; answers leave such members out (figures excepted: masked)."""
        if isinstance(body, dict) and "reports" not in key[0]:
            nulls = [name for name, value in body.items() if value is None and name != "pageToken"]
            assert not nulls, f"{where}: null members {nulls}"
