"""The published documents of the API as judges of answers and frames.

Nulls are stripped first: a participant writes absent optionals as null, its document leaves them
out. Members that the document does not know are a disagreement as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml
from jsonschema_rs import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT.parent / "shared" / "reference" / "openapi"
LINE = "canton-json-ledger-api-v2.release-line-3.5"

JSON = "application/json"
TEXT = "text/plain"

OUTSIDE: Mapping[int, str | None] = {405: TEXT, 406: None, 413: TEXT, 503: TEXT}
"""Answers that come before an operation: a participant gives them, its document does not say so."""

ERROR = frozenset({"code", "cause", "errorCategory"})
"""The members by which a frame is known as an error: the union has no tag."""

AMENDED: Mapping[str, tuple[str, Any]] = {"ProtoAny": ("valueDecoded", {"type": "object"})}
"""Where the document errs: a real participant gives an object, as recorded in ../shared/data."""

INTEGERS: Mapping[str, int] = {"int32": 2**31, "int64": 2**63}


@dataclass(frozen=True)
class Operation:
    """One method of one path; `responses` as in the document."""

    method: str
    path: str
    responses: Mapping[str, Any]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        parts = [
            "[^/]+" if part.startswith("{") else re.escape(part) for part in self.path.split("/")
        ]
        return re.compile("/".join(parts))

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"


class Documents:
    """An OpenAPI and an AsyncAPI document."""

    def __init__(self, openapi: Any, asyncapi: Any) -> None:
        self._components = _judging(_amended(openapi["components"]))
        self._async_components = _judging(_amended(asyncapi["components"]))
        self._validators: dict[str, Draft202012Validator] = {}
        self.channels: Mapping[str, Any] = asyncapi["channels"]
        self.operations = tuple(
            Operation(method.upper(), path, operation["responses"])
            for path, methods in openapi["paths"].items()
            for method, operation in methods.items()
        )

    def operation(self, method: str, path: str) -> Operation | None:
        """Give the operation of a request line; a fixed path goes before one with parameters."""
        path = normal(path)
        found = [
            each
            for each in self.operations
            if each.method == method and each.pattern.fullmatch(unquote_segments(path))
        ]
        return min(found, key=lambda each: each.path.count("{"), default=None)

    def complaints(
        self, operation: Operation, status: int, content_type: str | None, content: bytes
    ) -> Iterator[str]:
        """Give what an answer says that the document does not allow."""
        kind = content_type.partition(";")[0] if content_type else None
        if status in OUTSIDE and kind == OUTSIDE[status]:
            return
        media = [
            operation.responses[name].get("content")
            for name in (str(status), "default")
            if name in operation.responses
        ]
        schemas = [each[kind].get("schema", {}) for each in media if each and kind in each]
        if schemas:
            yield from self._content(schemas, kind, content)
        elif content or media[0] is not None:
            yield f"status {status} with {kind} is not in the document"

    def frame_complaints(self, path: str, text: str | bytes) -> Iterator[str]:
        """Give what a frame says that the document does not allow."""
        message = self.channels[normal(path)]["subscribe"]["message"]
        if "$ref" in message:
            message = self._async_components["messages"][message["$ref"].rpartition("/")[2]]
        union = message["payload"]
        if "$ref" in union:
            union = self._async_components["schemas"][union["$ref"].rpartition("/")[2]]
        frame = stripped(json.loads(text))
        is_error = isinstance(frame, dict) and frame.keys() >= ERROR
        (schema,) = (
            each for each in union["oneOf"] if each["$ref"].endswith("/JsCantonError") is is_error
        )
        yield from self._judge(schema, frame, self._async_components)

    def _content(self, schemas: list[Any], kind: str | None, content: bytes) -> Iterator[str]:
        if kind != JSON:
            return
        try:
            value = stripped(json.loads(content))
        except ValueError as error:
            yield f"no JSON: {error}"
            return
        complaints = [list(self._judge(each, value, self._components)) for each in schemas]
        yield from min(complaints, key=len)

    def _judge(self, schema: Any, value: Any, components: Any) -> Iterator[str]:
        key = f"{id(components)} {json.dumps(schema, sort_keys=True)}"
        validator = self._validators.get(key)
        if validator is None:
            whole = {**_judging(schema), "components": components}
            validator = self._validators[key] = Draft202012Validator(whole, validate_formats=True)
        for error in validator.iter_errors(value):
            place = "/".join(str(step) for step in error.instance_path)
            yield f"at {place or 'the top'}: {error.message[:300]}"


def normal(path: str) -> str:
    """Leave out the query and empty segments, which do not count."""
    return "/" + "/".join(part for part in path.partition("?")[0].split("/") if part)


def unquote_segments(path: str) -> str:
    """Decode the percent signs of a path, keeping encoded slashes within their segment."""
    return "/".join(unquote(part).replace("/", "%2F") for part in path.split("/"))


def stripped(value: Any) -> Any:
    """Leave out the members of objects that are null."""
    if isinstance(value, dict):
        return {name: stripped(item) for name, item in value.items() if item is not None}
    return [stripped(item) for item in value] if isinstance(value, list) else value


def _amended(components: Any) -> Any:
    schemas = {**components["schemas"]}
    for name, (member, schema) in AMENDED.items():
        if name in schemas:
            properties = {**schemas[name]["properties"], member: schema}
            schemas[name] = {**schemas[name], "properties": properties}
    return {**components, "schemas": schemas}


def _judging(schema: Any) -> Any:
    """Make a schema of OpenAPI say in JSON Schema's words what it means; close its objects."""
    if isinstance(schema, list):
        return [_judging(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _judging(item) for name, item in schema.items()}
    if made.get("type") == "integer" and made.get("format") in INTEGERS:
        bound = INTEGERS[made["format"]]
        made |= {"minimum": -bound, "maximum": bound - 1}
    if isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


def served(openapi: str, asyncapi: str) -> Documents:
    """Give documents as a server sends them."""
    return Documents(_parsed(openapi), _parsed(asyncapi))


@cache
def published() -> Documents | None:
    """Give the documents of the 3.5 line; None where ../shared is absent."""
    if not PUBLISHED.is_dir():
        return None
    texts = ((PUBLISHED / f"{LINE}.{kind}.yaml") for kind in ("openapi", "asyncapi"))
    return served(*(text.read_text(encoding="utf-8") for text in texts))


def _parsed(text: str) -> Any:
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
