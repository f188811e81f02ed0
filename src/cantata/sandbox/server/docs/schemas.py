"""JSON schemas of declared shapes."""

from __future__ import annotations

import types
from collections.abc import Mapping
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from cantata.sandbox.participant.shapes import STRICT, Mark, is_shape, json_name, members_of

Schema = dict[str, Any]

_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer", "format": "int64"},
    bytes: {"type": "string", "format": "byte"},
    Any: {},
}
_MARKED: Mapping[Mark, Schema] = {
    Mark.ANY: {},
    Mark.INT32: {"type": "integer", "format": "int32"},
    Mark.INSTANT: {"type": "string", "format": "date-time"},
    Mark.TYPE_ID: {"type": "string"},
}


class Schemas:
    """Collects the schemas of shapes by their names."""

    def __init__(self) -> None:
        self.named: dict[str, Schema] = {}
        self._names: dict[Any, str] = {}

    def of(self, annotation: Any) -> Schema:
        """Give the schema of an annotation; shapes become references."""
        if annotation in _PLAIN:
            return dict(_PLAIN[annotation])
        if is_shape(annotation):
            return self._reference(annotation)
        if isinstance(annotation, type) and issubclass(annotation, Enum):
            return {"type": "string", "enum": [str(member.value) for member in annotation]}
        origin, arguments = get_origin(annotation), get_args(annotation)
        if hasattr(annotation, "__metadata__"):
            marks = [_MARKED[mark] for mark in annotation.__metadata__ if isinstance(mark, Mark)]
            return dict(marks[0]) if marks else self.of(arguments[0])
        if origin in (Union, types.UnionType):
            return self._union(arguments)
        if origin is tuple:
            return {"type": "array", "items": self.of(arguments[0])}
        return {"type": "object", "additionalProperties": self.of(arguments[1])}

    def properties(self, shape: Any) -> list[tuple[str, Schema, bool]]:
        """Give name, schema and whether it is required, of the fields of a shape."""
        hints = get_type_hints(shape, include_extras=True)
        return [
            (
                json_name(member.name, hints[member.name]),
                self.of(hints[member.name]),
                member.is_required,
            )
            for member in members_of(shape)
        ]

    def _reference(self, shape: Any) -> Schema:
        name = self._names.get(shape)
        if name is None:
            name = self._names[shape] = self._free_name(shape.__name__)
            self.named[name] = {}
            self.named[name] = self._object(shape)
        return {"$ref": f"#/components/schemas/{name}"}

    def _free_name(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self.named:
            number += 1
            name = f"{wanted}{number}"
        return name

    def _object(self, shape: Any) -> Schema:
        properties = self.properties(shape)
        described = (shape.__doc__ or "").partition("\n")[0]
        schema: Schema = {
            "type": "object",
            "description": described,
            "properties": {name: schema for name, schema, _ in properties},
        }
        required = [name for name, _, needed in properties if needed and getattr(shape, STRICT)]
        return {**schema, "required": required} if required else schema

    def _union(self, arguments: tuple[Any, ...]) -> Schema:
        shapes = [argument for argument in arguments if argument is not type(None)]
        if len(shapes) == 1:
            return self.of(shapes[0])
        return {
            "oneOf": [
                {
                    "type": "object",
                    "properties": {shape.__name__: self.of(shape)},
                    "required": [shape.__name__],
                }
                for shape in sorted(shapes, key=lambda each: str(each.__name__))
            ]
        }
