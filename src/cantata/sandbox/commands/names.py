"""Names as commands write them: ``package-id:Module:Entity``, ``#package-name:…``, choices."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from cantata.lf.codec.errors import excerpt
from cantata.lf.model import Ref
from cantata.sandbox.engine import NamedRef, TypeRef
from cantata.sandbox.engine.errors import InvalidSubmission

_PARTS = 3
_KNOWN_MAX = 4_096
_KNOWN_LENGTH_MAX = 512
"""Identifiers that are read once: so many, not longer than that."""


class _Grammar(NamedTuple):
    """What a kind of name may hold: its first character, the others, how many in all."""

    kind: str
    first: re.Pattern[str]
    rest: re.Pattern[str]
    length_max: int


_NAME = _Grammar("Daml-LF Name", re.compile(r"[A-Za-z$_]"), re.compile(r"[A-Za-z0-9$_]*"), 1_000)
_ANYWHERE = r"[A-Za-z0-9\-_]"
_PACKAGE_NAME = _Grammar(
    "Daml-LF Package Name", re.compile(_ANYWHERE), re.compile(f"{_ANYWHERE}*"), 255
)
_PACKAGE_ID = _Grammar(
    "Daml-LF Package ID", re.compile(r"[A-Za-z0-9\-_ ]"), re.compile(r"[A-Za-z0-9\-_ ]*"), 64
)


def is_type_ref(text: str) -> bool:
    """Tell whether a text has the three parts of a template identifier, whatever they hold."""
    return text.count(":") == _PARTS - 1


def type_ref(text: str) -> TypeRef:
    """Read a template identifier of three parts, or raise what is wrong with one of them."""
    return _known_ref(text) if len(text) <= _KNOWN_LENGTH_MAX else _type_ref(text)


def _type_ref(text: str) -> TypeRef:
    package, module, entity = text.split(":")
    by_name = package.startswith("#")
    grammar, name = (_PACKAGE_NAME, package[1:]) if by_name else (_PACKAGE_ID, package)
    fault = _fault(grammar, name)
    if fault:
        raise InvalidSubmission(
            f"Value does not match the package-id or package-name formats: {fault}"
        )
    for dotted in (module, entity):
        for segment in dotted.split("."):
            require_name(segment)
    return NamedRef(name, module, entity) if by_name else Ref(package, module, entity)


_known_ref = lru_cache(_KNOWN_MAX)(_type_ref)


def require_name(text: str) -> None:
    """Refuse a text that names no definition, field or choice of Daml-LF."""
    fault = _known_name_fault(text) if len(text) <= _KNOWN_LENGTH_MAX else _name_fault(text)
    if fault:
        raise InvalidSubmission(fault)


def _name_fault(text: str) -> str:
    return _fault(_NAME, text)


_known_name_fault = lru_cache(_KNOWN_MAX)(_name_fault)


def _fault(grammar: _Grammar, text: str) -> str:
    """Say what keeps a text from being such a name, "" if it is one."""
    kind, first, rest, length_max = grammar
    if not text:
        return f"{kind} is empty"
    if len(text) > length_max:
        return f"{kind} is too long (max: {length_max})"
    distinct = first.pattern != rest.pattern[:-1]
    if first.match(text) is None:
        return _unexpected(" first" if distinct else "", text[0], kind, text)
    legal = rest.match(text, 1)
    end = legal.end() if legal else 1
    if end < len(text):
        return _unexpected(" non first" if distinct else "", text[end], kind, text)
    return ""


def _unexpected(where: str, char: str, kind: str, text: str) -> str:
    return f'non expected{where} character 0x{ord(char):x} in {kind} "{excerpt(text)}"'
