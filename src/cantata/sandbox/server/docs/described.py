"""The schemas of answers, read from their table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cantata.sandbox.server.docs.schemas import Schema
from cantata.sandbox.server.docs.shapes import OPERATIONS, SHAPES

REFERENCE = "#/components/schemas/"

_PLAIN: Mapping[str, Schema] = {
    "any": {},
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "int32": {"type": "integer", "format": "int32"},
    "int64": {"type": "integer", "format": "int64"},
    "time": {"type": "string", "format": "date-time"},
}
_CASE = re.compile(r"(?P<name>\w+)(?:\((?P<value>.+)\)|: (?P<shape>\w+))?")


def answer_schemas() -> dict[str, Schema]:
    """Give the schemas of all shapes by their names."""
    return {name: _shape(text) for name, text in _shapes()}


def operation_schemas() -> dict[tuple[str, str], Schema]:
    """Give the schema of the answer of each operation, by method and path."""
    lines = (line.split(" ") for line in OPERATIONS.split("\n") if line)
    return {(method, path): _type(text) for method, path, text in lines}


def frame_schema(answer: Schema) -> Schema:
    """Give the schema of a frame of a stream, whose list has the given one."""
    return {"oneOf": [answer["items"], {"$ref": f"{REFERENCE}JsCantonError"}]}


def _shapes() -> Iterator[tuple[str, str]]:
    for entry in re.split(r"\n(?=\w)", SHAPES.strip()):
        name, _, text = " ".join(entry.split()).partition(" =")
        yield name, text.strip()


def _shape(text: str) -> Schema:
    if "|" in text:
        return {"oneOf": [_case(part.strip()) for part in text.split("|")]}
    members = (part.split(" ") for part in text.split(", ") if part)
    properties = {name: _or_null(_type(kind)) for name, kind in members}
    return {"type": "object", "properties": properties}


def _case(text: str) -> Schema:
    found = _CASE.fullmatch(text)
    assert found is not None, text
    held: Schema = {"type": "object"}
    if found["shape"]:
        held = _type(found["shape"])
    elif found["value"]:
        held["properties"] = {"value": _type(found["value"])}
    return {
        "type": "object",
        "properties": {found["name"]: held},
        "required": [found["name"]],
    }


def _type(text: str) -> Schema:
    if text.startswith("["):
        return {"type": "array", "items": _type(text[1:-1])}
    if text.startswith("{"):
        return {"type": "object", "additionalProperties": _type(text[1:-1])}
    plain = _PLAIN.get(text)
    return {"$ref": REFERENCE + text} if plain is None else dict(plain)


def _or_null(schema: Schema) -> Schema:
    if not schema:
        return schema
    if "$ref" in schema:
        return {"allOf": [schema], "nullable": True}
    return {**schema, "nullable": True}
