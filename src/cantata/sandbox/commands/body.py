"""The JSON form of commands: which case, which fields, of which kind; unknown keys are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cantata.kernel.errors import CantataError
from cantata.lf.codec.errors import CATEGORY_INVALID_INDEPENDENT_OF_SYSTEM_STATE, excerpt
from cantata.lf.codec.jsontext import dumps
from cantata.sandbox.commands.names import is_type_ref

Json = Mapping[str, Any]

ANY = "any"
TEXT = "string"
IDENTIFIER = "identifier"

CASES: Mapping[str, Mapping[str, str]] = {
    "CreateAndExerciseCommand": {
        "templateId": IDENTIFIER,
        "createArguments": ANY,
        "choice": TEXT,
        "choiceArgument": ANY,
    },
    "CreateCommand": {"templateId": IDENTIFIER, "createArguments": ANY},
    "ExerciseByKeyCommand": {
        "templateId": IDENTIFIER,
        "contractKey": ANY,
        "choice": TEXT,
        "choiceArgument": ANY,
    },
    "ExerciseCommand": {
        "templateId": IDENTIFIER,
        "contractId": TEXT,
        "choice": TEXT,
        "choiceArgument": ANY,
    },
}
"""The cases of a command with their fields; if an object has several, the first of these counts."""


class MalformedBody(CantataError):
    """Commands that do not have the form of commands; `text` is a participant's whole answer."""

    code: ClassVar[str] = "INVALID_ARGUMENT"
    category: ClassVar[int] = CATEGORY_INVALID_INDEPENDENT_OF_SYSTEM_STATE

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        self.text = f"Invalid value for: body ({', '.join(faults)})"
        super().__init__(self.text)


def command_body(data: object, at: str) -> tuple[str, Json]:
    """Give the case of a command and its fields; `at` is where it stands, ``commands[0]``."""
    if not isinstance(data, Mapping):
        raise MalformedBody((wrong_kind(data, "object", at),))
    case = next((name for name in CASES if name in data), None)
    if case is None:
        raise MalformedBody((f"JSON decoding to CNil should never happen at '{at}'",))
    body = data[case]
    if not isinstance(body, Mapping):
        raise MalformedBody((wrong_kind(body, "object", f"{at}.{case}"),))
    if not _is_whole(body, case):
        faults = (
            _fault(body, name, kind, f"{at}.{case}.{name}") for name, kind in CASES[case].items()
        )
        raise MalformedBody(tuple(fault for fault in faults if fault))
    return case, body


def command_list(data: object, at: str) -> list[object]:
    """Give the elements of a list."""
    if not isinstance(data, list | tuple):
        raise MalformedBody((wrong_kind(data, "array", at),))
    return list(data)


def wrong_kind(value: object, expected: str, at: str) -> str:
    """Say that a value is of another JSON kind than is expected at a place."""
    return f"Got value '{_shown(value)}' with wrong type, expecting {expected} at '{at}'"


def _is_whole(body: Json, case: str) -> bool:
    """Tell whether all fields are there and of their kinds; saying what is wrong costs more."""
    for name, kind in CASES[case].items():
        value = body.get(name, body)
        if value is body or (kind is not ANY and not isinstance(value, str)):
            return False
        if kind is IDENTIFIER and not is_type_ref(value):
            return False
    return True


def _fault(body: Json, name: str, kind: str, at: str) -> str:
    if name not in body:
        return f"Missing required field at '{at}'"
    value = body[name]
    if kind == ANY:
        return ""
    if not isinstance(value, str):
        return wrong_kind(value, "string", at)
    if kind == IDENTIFIER and not is_type_ref(value):
        return (
            f"Invalid identifier format ({excerpt(value)}) not matching the expected format "
            f"(<package>:<moduleName>:<entityName>) at '{at}'"
        )
    return ""


def _shown(value: object) -> str:
    """Repeat a value; what is large or no JSON is named only."""
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    if isinstance(value, list | tuple):
        return "[…]" if value else "[]"
    if isinstance(value, str | bool) or value is None:
        return dumps(excerpt(value) if isinstance(value, str) else value)
    return excerpt(str(value)) if not _is_huge(value) else "a very large number"


def _is_huge(value: object) -> bool:
    return isinstance(value, int) and value.bit_length() > 4_000
