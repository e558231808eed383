"""Every question that the contract allows about things that are there: paths with their ids, filters with values."""
import re
from datetime import timedelta

from kaa_sample import FIXED, bodies

MOST_HERS, MOST_OTHERS = 3, 1
POSITION = {"limit", "pageToken", "page", "count", "fields", "sort"}


def read_pages(client, path, params, most):
    """Asks for a list, page after page, but no more than that."""
    for _ in range(most):
        answer = client.get(path, None, params=params)
        token = answer.status_code == 200 and "json" in answer.headers["Content-Type"] and answer.json().get("pageToken")
        if not token:
            return
        params = {**params, "pageToken": token}


class Questions:
    """`client` sees everything there is; `hers` are the ids of the one person and all that belongs to her."""

    def __init__(self, client, contract, hers, words, today):
        self.client, self.contract, self.hers, self.today = client, contract, hers, today
        self.words = words  # {name of a filter: values}
        self.rows = {}

    # Paths ----------------------------------------------------------------------------------------

    def paths(self, operation):
        """All paths of the operation: all that are hers, and a few others."""
        return list(self.expand("", operation.template))

    def expand(self, path, rest):
        if "{" not in rest:
            yield path + rest
            return
        before, name, rest = re.match(r"([^{]*)\{([^}]+)\}(.*)", rest).groups()
        for value in self.values(path + before, name):
            yield from self.expand(path + before + value, rest)

    def values(self, before, name):
        collection = before.rstrip("/")
        if name in FIXED:
            return [FIXED[name]]
        if collection not in self.rows:
            operation, _ = self.contract.find("GET", collection)
            answer = self.client.get(collection, None, params={"limit": 100} if "limit" in self.contract.filters(operation) else None)
            ids = [row["id"] for row in answer.json()["data"]] if answer.status_code == 200 else []
            mine = [one for one in ids if one in self.hers]
            others = [one for one in ids if one not in self.hers]
            self.rows[collection] = mine[:MOST_HERS] + others[:MOST_OTHERS]
        return self.rows[collection] + self.strangers(collection)

    def strangers(self, collection):
        """Her parts, asked for under another youth."""
        parent = re.match(r"(/kaa/v1/[a-z-]+/)([0-9a-f-]{36})(/[a-z-]+)$", collection)
        if not parent or parent[2] in self.hers:
            return []
        return [one for other, ids in self.rows.items() for one in ids[:1]
                if one in self.hers and re.fullmatch(parent[1] + "[0-9a-f-]{36}" + parent[3], other)][:1]

    def one_of_each(self):
        """Of each kind of thing one id that is hers."""
        return sorted({ids[0] for ids in self.rows.values() if ids and ids[0] in self.hers})

    # Filters --------------------------------------------------------------------------------------

    def lists(self, operation):
        """Parameters: none, each order, each filter with each of its values."""
        parameters = {one["name"]: one["schema"] for one in map(self.contract.follow, operation.parameters) if one["in"] == "query"}
        common = {name: value for name, value in (("count", "true"), ("limit", "10")) if name in parameters}
        yield common
        for order in parameters.get("sort", {}).get("enum", []):
            yield {**common, "sort": order}
        if "page" in parameters:
            yield {**common, "page": "2", "fields": "id"}
        for name, schema in parameters.items():
            if name not in POSITION:
                for value in self.words.get(name) or self.values_of(schema):
                    yield {**common, name: value}

    def values_of(self, schema):
        schema = self.contract.follow(schema.get("items", schema))
        if "enum" in schema:
            return schema["enum"]
        if schema.get("type") == "boolean":
            return ["true", "false"]
        day = self.today
        if schema.get("format") == "date":
            return [(day - timedelta(days=days)).isoformat() for days in (6300, 365, 0, -400)]
        if schema.get("format") == "date-time":
            return [f"{(day - timedelta(days=days)).isoformat()}T11:00:00Z" for days in (1, 0, -1)]
        return []

    # Bodies ---------------------------------------------------------------------------------------

    def bodies(self, operation, ids):
        """(media type, body): the sample; and with each of the ids in each member that takes one."""
        for media, body in bodies(self.contract, operation):
            yield media, body
            if isinstance(body, dict):
                for name in self.id_members(operation, media):
                    for one in ids:
                        yield media, {**body, name: one}

    def id_members(self, operation, media):
        schema = self.contract.follow(operation.spec["requestBody"]["content"][media]["schema"])
        choices = [self.contract.follow(one) for one in schema.get("oneOf", [schema])]
        members = {name: self.contract.follow(one) for choice in choices for name, one in choice.get("properties", {}).items()}
        return sorted(name for name, one in members.items() if one.get("format") == "uuid" and name != "id")
