"""Names in generated code that stand for something outside it, and what they stand for.

A link is a tuple of a kind and plain values, so that it can be stored beside code. Its name is
made from a hash, never from text of a package, and is the same in every process.
"""

from __future__ import annotations

import hashlib
from typing import Final, TypeAlias

from cantata.lf.model import (
    Builtin,
    KStar,
    Ref,
    TApp,
    TBuiltin,
    TCon,
    TForall,
    TNat,
    TStruct,
    TSyn,
    TVar,
    Type,
)

Link: TypeAlias = tuple[object, ...]

CALL: Final = "f"
"""A top-level function as Python function."""
CONSTANT: Final = "c"
"""The computation of a top-level constant."""
RUN: Final = "r"
"""A top-level value whose resulting update is run: parameters, then the effects."""
VALUE: Final = "v"
"""A top-level function as LF value."""
MEMO: Final = "k"
"""The value of a top-level constant once it is known."""
TEMPLATE: Final = "t"
INTERFACE: Final = "i"
TYPE: Final = "y"
REF: Final = "e"
DECIMAL: Final = "d"
BUILTIN: Final = "b"
MESSAGE: Final = "m"
"""The message function of an exception."""
CHECK: Final = "z"
"""The check of a type's values."""
PART: Final = "p"
"""A part of a template, choice or instance."""


def link_name(link: Link) -> str:
    """Give the name of a link in generated code."""
    digest = hashlib.sha256(repr(link).encode()).hexdigest()
    return f"{link[0]}{digest[:40]}"


def ref_link(kind: str, ref: Ref) -> Link:
    """Give the link to a definition."""
    return (kind, ref.package, ref.module, ref.name)


def value_link(ref: Ref, arity: int) -> Link:
    """Give the link to a top-level function of so many parameters as a value."""
    return (*ref_link(VALUE, ref), arity)


def link_ref(link: Link) -> Ref:
    """Give the definition that a link names."""
    _, package, module, name = link[:4]
    return Ref(str(package), str(module), str(name))


def type_key(type_: Type) -> tuple[object, ...]:
    """Give a type as nested tuples."""
    match type_:
        case TVar(name):
            return ("v", name)
        case TCon(ref):
            return ("c", ref.package, ref.module, ref.name)
        case TSyn(ref, args):
            return ("s", ref.package, ref.module, ref.name, *(type_key(arg) for arg in args))
        case TBuiltin(builtin):
            return ("b", builtin.value)
        case TApp(fun, arg):
            return ("a", type_key(fun), type_key(arg))
        case TForall(var, _, body):
            return ("f", var, type_key(body))
        case TStruct(fields):
            return ("r", *((name, type_key(item)) for name, item in fields))
        case TNat(value):
            return ("n", value)


def key_type(key: object) -> Type:
    """Give the type that nested tuples stand for; the inverse of `type_key`."""
    match key:
        case ("v", str(name)):
            return TVar(name)
        case ("c", str(package), str(module), str(name)):
            return TCon(Ref(package, module, name))
        case ("s", str(package), str(module), str(name), *args):
            return TSyn(Ref(package, module, name), tuple(key_type(arg) for arg in args))
        case ("b", int(number)):
            return TBuiltin(Builtin(number))
        case ("a", fun, arg):
            return TApp(key_type(fun), key_type(arg))
        case ("f", str(var), body):
            return TForall(var, KStar(), key_type(body))
        case ("r", *fields):
            return TStruct(tuple(_key_field(field) for field in fields))
        case ("n", int(value)):
            return TNat(value)
    raise ValueError(f"not a type: {key!r}")


def _key_field(key: object) -> tuple[str, Type]:
    assert isinstance(key, tuple)
    name, item = key
    return str(name), key_type(item)
