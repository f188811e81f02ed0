"""The served description is whole: every reference leads somewhere, every parameter is declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from cantata.sandbox.participant.api import Body, Listing, Request, Stream, get, post
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.services import endpoints
from cantata.sandbox.participant.shapes import Empty, Instant, Int32, Json, case_class, message
from cantata.sandbox.server.docs import asyncapi, openapi, to_yaml
from cantata.sandbox.server.docs.described import answer_schemas, operation_schemas
from cantata.sandbox.server.router import Router


class Colour(StrEnum):
    RED = "RED"


@message
class Inner:
    when: Instant | None
    colours: tuple[Colour, ...]


@case_class
class Left:
    value: Inner


@case_class
class Right:
    value: Int32


@case_class
class Outer:
    either: Left | Right | Empty
    anything: Json
    by_name: dict[str, Inner]
    blob: bytes = b""


@message
class Query:
    page_size: int | None


def run(request: Request) -> Any:
    return None


def stream(request: Request) -> Stream:
    raise AssertionError


ROUTER = Router(
    [
        post("/v2/a/{key}", run, Outer, query=Query, path_types={"key": int}),
        post("/v2/b", run, Body.BYTES),
        get("/v2/c", run),
        Listing(path="/v2/d", open=stream, body=Outer, summary="d"),
    ]
)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref":
                yield item
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def require_whole(described: dict[str, Any]) -> None:
    for reference in references(described):
        at: Any = described
        for step in reference.removeprefix("#/").split("/"):
            at = at[step]
        assert at


def test_openapi() -> None:
    described = openapi(ROUTER.endpoints(), "1.0")
    require_whole(described)
    schema = described["components"]["schemas"]["Outer"]
    assert schema["required"] == ["either", "anything", "byName"]
    assert schema["properties"]["blob"] == {"type": "string", "format": "byte"}
    assert described["components"]["schemas"]["Inner"]["properties"]["colours"]["items"] == {
        "type": "string",
        "enum": ["RED"],
    }
    parameters = described["paths"]["/v2/a/{key}"]["post"]["parameters"]
    assert [(each["name"], each["in"], each["required"]) for each in parameters] == [
        ("key", "path", True),
        ("pageSize", "query", False),
    ]


def test_everything_that_is_served_is_described() -> None:
    node = Participant()
    try:
        described = openapi(Router(endpoints(node)).endpoints(), "1.0")
    finally:
        node.close()
    require_whole(described)
    operations = [
        (path, operation)
        for path, methods in described["paths"].items()
        for operation in methods.values()
    ]
    assert len(operations) >= 65
    for path, operation in operations:
        is_served = not operation["description"].startswith("Not supported")
        is_empty = path in ("/livez", "/v2/dars/validate")
        content = operation["responses"]["200"].get("content", {})
        assert bool(content) is (not is_empty) or not is_served, path
        assert all(each["schema"] for each in content.values()), path
    ids = [operation["operationId"] for _, operation in operations]
    assert len(set(ids)) == len(ids)
    for path, operation in operations:
        declared = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert declared == set(re.findall(r"\{([^}]+)\}", path))
        assert operation["description"]


def test_asyncapi() -> None:
    described = asyncapi(ROUTER.endpoints(), "1.0")
    require_whole(described)
    assert list(described["channels"]) == ["/v2/d"]


def test_yaml() -> None:
    data = {"a": [{"b": "x: y", "c": []}, 1, None], "404": {}, "e": {"f": [["g"]]}, "t": True}
    assert to_yaml(data) == (
        'a:\n  -\n    b: "x: y"\n    c: []\n  - 1\n  - null\n"404": {}\n'
        'e:\n  f:\n    -\n      - "g"\nt: true\n'
    )


def test_every_shape_of_answers_is_given_by_an_operation() -> None:
    operations, shapes = operation_schemas(), answer_schemas()
    used, wanted = set(), set(references(list(operations.values())))
    while wanted:
        name = wanted.pop().rpartition("/")[2]
        used.add(name)
        more = set(references(shapes[name]))
        wanted |= {each for each in more if each.rpartition("/")[2] not in used}
    assert used == shapes.keys()
