"""Closed types, interned: what a codec is made for, once for each.

A type expression is resolved into a `Shape`: synonyms expanded, type variables replaced, equal
types one object. Resolving never recurses and never unfolds a data type, so recursive types and
types that grow at each level of recursion cost only what their values use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cantata.lf.codec.errors import NotSerializable, TypeTooLarge
from cantata.lf.model import (
    Builtin,
    EnumType,
    Kind,
    Packages,
    Record,
    Ref,
    TBuiltin,
    TCon,
    TNat,
    TSyn,
    TVar,
    Type,
    Variant,
    spine,
)

PARTS_MAX = 100_000
"""Steps that resolving one type expression may take."""

Head = Builtin | Ref | int
"""What stands before the arguments: a built-in type, a data type, or a type-level number."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A closed type: its head and its arguments; equal types are the same object."""

    head: Head
    args: tuple[Shape, ...] = ()

    def __str__(self) -> str:
        head = self.head.name.title() if isinstance(self.head, Builtin) else str(self.head)
        return f"{head} …" if self.args else head


@dataclass(frozen=True, slots=True)
class Product:
    """The fields of a record with their shapes."""

    fields: tuple[tuple[str, Shape], ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """The constructors of a variant with the shapes of their payloads."""

    constructors: tuple[tuple[str, Shape], ...]


@dataclass(frozen=True, slots=True)
class _Make:
    """Step: intern a shape from the arguments that were resolved last."""

    head: Head
    arity: int


@dataclass(frozen=True, slots=True)
class _Expand:
    """Step: continue in the body of a synonym with the arguments that were resolved last."""

    ref: Ref
    arity: int


@dataclass(frozen=True, slots=True)
class _Resolve:
    """Step: resolve a type expression under an assignment of its variables."""

    type: Type
    env: Mapping[str, Shape]


@dataclass(slots=True)
class Shapes:
    """The interned closed types over a set of packages."""

    packages: Packages
    _interned: dict[tuple[Head, tuple[Shape, ...]], Shape] = field(default_factory=dict)

    def resolve(self, type_: Type, env: Mapping[str, Shape] | None = None) -> Shape:
        """Give the shape of a type; `env` gives the shapes of its variables.

        Raise `NotSerializable` for what has no values outside a transaction and `TypeTooLarge`.
        """
        if isinstance(type_, TCon):
            return self.intern(type_.ref)
        done: list[Shape] = []
        steps: list[_Make | _Expand | _Resolve] = [_Resolve(type_, env or {})]
        for _ in range(PARTS_MAX):
            if not steps:
                return done.pop()
            step = steps.pop()
            match step:
                case _Resolve():
                    self._start(step, steps, done)
                case _Make(head, arity):
                    done.append(self.intern(head, _pop(done, arity)))
                case _Expand(ref, arity):
                    synonym = self.packages.synonym(ref)
                    args = bind(ref, synonym.params, _pop(done, arity))
                    steps.append(_Resolve(synonym.type, args))
        raise TypeTooLarge(PARTS_MAX)

    def intern(self, head: Head, args: tuple[Shape, ...] = ()) -> Shape:
        """Give the one shape of a head and arguments."""
        key = (head, args)
        shape = self._interned.get(key)
        if shape is None:
            shape = self._interned[key] = Shape(head, args)
        return shape

    def unfold(self, shape: Shape) -> Product | Sum | EnumType | None:
        """Give one level of a data type; None for a built-in type.

        Raise `NotSerializable` for interfaces, which have no values of their own.
        """
        if not isinstance(shape.head, Ref):
            return None
        definition = self.packages.data_type(shape.head)
        env = bind(shape.head, definition.params, shape.args)
        match definition.cons:
            case Record(fields):
                return Product(tuple((name, self.resolve(part, env)) for name, part in fields))
            case Variant(constructors):
                return Sum(tuple((name, self.resolve(part, env)) for name, part in constructors))
            case EnumType() as enum:
                return enum
            case _:
                raise NotSerializable(f"the interface {shape}")

    def _start(
        self, step: _Resolve, steps: list[_Make | _Expand | _Resolve], done: list[Shape]
    ) -> None:
        """Take one type expression apart into further steps."""
        head, args = spine(step.type)
        match head:
            case TVar(name) if not args and name in step.env:
                done.append(step.env[name])
                return
            case TNat(value) if not args:
                done.append(self.intern(value))
                return
            case TBuiltin(Builtin.CONTRACT_ID):
                done.append(self.intern(Builtin.CONTRACT_ID))
                return
            case TBuiltin(builtin):
                steps.append(_Make(builtin, len(args)))
            case TCon(ref):
                steps.append(_Make(ref, len(args)))
            case TSyn(ref, own):
                args = (*own, *args)
                steps.append(_Expand(ref, len(args)))
            case _:
                raise NotSerializable(f"a type of the form {type(head).__name__}")
        steps.extend(_Resolve(arg, step.env) for arg in args)


def bind(
    ref: Ref, params: tuple[tuple[str, Kind], ...], args: tuple[Shape, ...]
) -> dict[str, Shape]:
    """Assign arguments to the parameters of a definition; refuse a wrong number of them."""
    if len(params) != len(args):
        raise NotSerializable(f"{ref} with {len(args)} type arguments instead of {len(params)}")
    return {name: arg for (name, _), arg in zip(params, args, strict=True)}


def _pop(done: list[Shape], count: int) -> tuple[Shape, ...]:
    """Take the last results; the arguments were resolved from the last to the first."""
    if count == 0:
        return ()
    args = tuple(reversed(done[-count:]))
    del done[-count:]
    return args
