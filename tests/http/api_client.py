"""A client made of the interface's description alone: what it sends and what it is answered must fit that."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from starlette.testclient import TestClient

_FILE = Path(__file__).resolve().parents[1] / "doubles" / "specs" / "public_api_v2.json"


@cache
def description() -> dict[str, Any]:
    return json.loads(_FILE.read_text())


@cache
def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) by operation id."""
    return {
        operation["operationId"]: (method, path, operation)
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    }


@cache
def _validator(pointer: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**description(), "$ref": pointer})


def _check(content: dict[str, Any], value: Any) -> None:
    schema = content["application/json"].get("schema", {})
    if "$ref" in schema:
        _validator(schema["$ref"]).validate(value)


class Client:
    """`client.call("getPosting", posting_id=…)`; `body` is sent as JSON, what is left over as the query."""

    def __init__(self, http: TestClient, key: str) -> None:
        self.http, self.key = http, key

    def call(
        self, operation_id: str, body: Any = None, *, status: int = 0, headers: Any = None, **named: Any
    ) -> Any:
        """The answer's JSON. Without *status*, a 2xx is expected."""
        method, path, operation = operations()[operation_id]
        for name in [p["name"] for p in operation["parameters"] if p["in"] == "path"]:
            path = path.replace("{" + name + "}", str(named.pop(name)))
        if body is not None and not status:
            _check(operation["requestBody"]["content"], body)
        sent = {"X-API-KEY": self.key, **(headers or {})}
        answer = self.http.request(method, path, json=body, params=named, headers=sent)
        expected = [status] if status else [int(s) for s in operation["responses"] if s.startswith("2")]
        assert answer.status_code in expected, (operation_id, answer.status_code, answer.text[:800])
        told = operation["responses"].get(str(answer.status_code), {})
        if "content" in told:
            _check(told["content"], answer.json())
        return answer.json()

    def every(self, operation_id: str, **named: Any) -> list[Any]:
        """All rows of a list, page by page."""
        rows: list[Any] = []
        id = "interview_id" if operation_id == "listCandidates" else "id"
        while True:
            page = self.call(operation_id, **named)
            rows += page["data"]
            if not page["pagination"]["has_more"]:
                return rows
            named["starting_after"] = page["data"][-1][id]
