"""Made of the contract itself: bodies that are good by their schema, and paths with real ids in them."""
import json
import re
import uuid

import people

FIXED = {"code": "0180", "name": "sexes", "n": "1"}
NOT_THERE = "00000000-0000-4000-8000-00000000dead"


def sample(contract, schema, name=""):
    """A small value that the schema allows: required members only."""
    schema = contract.follow(schema)
    if "const" in schema:
        return schema["const"]
    if "oneOf" in schema:
        return sample(contract, schema["oneOf"][0], name)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("examples"):
        return schema["examples"][0]
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {member: sample(contract, schema["properties"][member], member) for member in schema.get("required", [])}
    if kind == "array":
        return [sample(contract, schema["items"], name) for _ in range(max(1, schema.get("minItems", 0)))]
    if kind == "integer":
        return schema.get("minimum", 1)
    return False if kind == "boolean" else text(schema)


def text(schema):
    known = {"uuid": NOT_THERE, "date": "2020-01-15", "date-time": "2020-01-15T10:00:00Z",
             "email": f"nobody@{people.MAIL}"}
    if schema.get("format") in known:
        return known[schema["format"]]
    pattern = schema.get("pattern", "")
    if "12}" in pattern:
        return "20080101TF01"
    if pattern.startswith("^[+0]"):
        return people.PHONES[0]
    return "x" * max(1, schema.get("minLength", 1))


def bodies(contract, operation):
    """(media type, body) for the operation: one, or one for each kind of event; (None, None) without a body."""
    content = operation.spec.get("requestBody", {}).get("content", {})
    if not content:
        return [(None, None)]
    media, declared = next(iter(content.items()))
    schema = contract.follow(declared["schema"])
    if "oneOf" in schema:
        return [(media, sample(contract, choice)) for choice in schema["oneOf"]]
    body = sample(contract, schema)
    if not body and schema.get("properties"):  # a patch of nothing is refused
        name = next(iter(schema["properties"]))
        body = {name: sample(contract, schema["properties"][name], name)}
    return [(media, body)]


def send(client, operation, path, media, body, **headers):
    """Sends a request of the operation, whatever it needs."""
    content = None if media is None else json.dumps(body).encode() + (b"\n" if "ndjson" in media else b"")
    if any("IfMatch" in str(parameter) for parameter in operation.parameters):
        headers.setdefault("If-Match", '"1-0000000000000000"')
    if media:
        headers["Content-Type"] = media
    return client.request(operation.method, path, content=content, headers=headers)


def fill(operation, value=None):
    """The path with a value for every parameter: the given one, or one of the right form."""
    def one(match):
        return FIXED.get(match.group(1)) or value or str(uuid.uuid4())
    return re.sub(r"\{([^}]+)\}", one, operation.template)


class Paths:
    """Finds real paths by asking the lists: what /x/{id}/y needs is in the list /x."""

    def __init__(self, client, contract, youth=None):
        self.client = client
        self.contract = contract
        self.youth = youth  # only what belongs to this youth
        self.known = {}

    def of(self, operation):
        """A path of the operation whose ids are there, or None."""
        return self.search("", operation.template)

    def search(self, path, rest):
        """Tries the rows of each list in turn until all parameters have a value."""
        if "{" not in rest:
            return path + rest
        before, name, rest = re.match(r"([^{]*)\{([^}]+)\}(.*)", rest).groups()
        for value in self.values((path + before).rstrip("/"), name):
            found = self.search(path + before + value, rest)
            if found:
                return found
        return None

    def values(self, collection, name):
        if collection == "/kaa/v1/youths" and self.youth:
            return [self.youth]
        if (collection, name) not in self.known:
            self.known[collection, name] = self.find(collection, name)
        return self.known[collection, name]

    def find(self, collection, name):
        """The first ids of the list, those of our youth if it has some."""
        operation, _ = self.contract.find("GET", collection)
        if operation is None or name in FIXED:
            return [FIXED[name]] if name in FIXED else []
        mine = self.youth and "youthId" in self.contract.filters(operation)
        answer = self.client.get(collection, 200, params={"youthId": self.youth} if mine else None)
        rows = answer.json()["data"]
        if self.youth and not mine and self.youth not in collection and rows and "youthId" in rows[0]:
            rows = [row for row in rows if row["youthId"] == self.youth]
        return [row["id"] for row in rows[:10]]
