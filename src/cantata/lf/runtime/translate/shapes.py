"""Facts about definitions that their callers' code relies on."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lf.model import (
    EAbs,
    EApp,
    EBool,
    EBuiltin,
    EDate,
    EFailureCategory,
    EInt64,
    ELocated,
    ENil,
    ENone,
    ENumeric,
    EnumType,
    EStructCon,
    EStructProj,
    EText,
    ETimestamp,
    ETyAbs,
    ETyApp,
    EUnit,
    EVal,
    Expr,
    Packages,
    Record,
    Ref,
    TCon,
    Type,
    Variant,
    spine,
)
from cantata.lf.runtime.errors import InternalError
from cantata.lf.runtime.translate.walk import size

INLINE_SIZE = 14
"""Largest body, in expressions, that is copied into its callers."""

CONSTANTS = (
    EUnit,
    EBool,
    EInt64,
    ENumeric,
    EDate,
    ETimestamp,
    EFailureCategory,
    ENil,
    ENone,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """A top-level value: its parameters taken together, and its body."""

    params: tuple[tuple[str, Type], ...]
    body: Expr
    small: bool

    @property
    def arity(self) -> int:
        """Give the number of parameters."""
        return len(self.params)


def strip(expr: Expr) -> Expr:
    """Give the expression without places and types around it."""
    while True:
        if isinstance(expr, ELocated | ETyAbs):
            expr = expr.body
        elif isinstance(expr, ETyApp):
            expr = expr.expr
        else:
            return expr


def lambdas(expr: Expr) -> tuple[tuple[tuple[str, Type], ...], Expr]:
    """Take nested functions together: all parameters, and the body."""
    params: list[tuple[str, Type]] = []
    while True:
        inner = strip(expr)
        if not isinstance(inner, EAbs):
            return tuple(params), expr
        params.extend(inner.params)
        expr = inner.body


class Shapes:
    """Facts about the definitions of a set of packages, found once."""

    def __init__(self, packages: Packages) -> None:
        self.packages = packages
        self._shapes: dict[Ref, Shape] = {}
        self._layouts: dict[Ref, dict[str, int]] = {}
        self._dictionaries: dict[Ref, dict[str, Expr] | None] = {}
        self._names: dict[Ref, Expr | None] = {}
        self._partials: dict[Ref, tuple[Ref, tuple[Expr, ...]] | None] = {}

    def shape(self, ref: Ref) -> Shape:
        """Give the shape of a top-level value."""
        found = self._shapes.get(ref)
        if found is None:
            params, body = lambdas(self.packages.value(ref).expr)
            small = size(body, INLINE_SIZE + 1) <= INLINE_SIZE
            found = self._shapes[ref] = Shape(params, body, small)
        return found

    def resolve(self, expr: Expr) -> tuple[Expr, bool]:
        """Follow names of names and selections from known dictionaries.

        Gives the expression meant, and whether it is closed (comes from a top-level value).
        """
        closed = False
        for _ in range(64):
            expr = strip(expr)
            step = self._step(expr)
            if step is None:
                break
            expr, closed = step, True
        return expr, closed

    def _step(self, expr: Expr) -> Expr | None:
        if isinstance(expr, EVal):
            return self._renamed(expr.ref)
        if isinstance(expr, EStructProj):
            owner, _ = self.resolve(expr.struct)
            if isinstance(owner, EVal):
                fields = self._dictionary(owner.ref)
                return None if fields is None else fields.get(expr.field)
        return None

    def _renamed(self, ref: Ref) -> Expr | None:
        """Give the other name of a constant that is only another name of a function."""
        if ref not in self._names:
            self._names[ref] = None
            shape = self.shape(ref)
            body = strip(shape.body)
            if not shape.params:
                self._names[ref] = body if isinstance(body, EVal) else self._method(body)
        return self._names[ref]

    def _method(self, body: Expr) -> Expr | None:
        """Give the function that a call of a small function with known operands gives.

        ``dictionary.method ()`` of a known dictionary, and ``f dictionary`` where the body of f
        is the name of a function.
        """
        if not isinstance(body, EApp) or not all(self.is_total(arg) for arg in body.args):
            return None
        fun, closed = self.resolve(body.fun)
        if isinstance(fun, EVal):
            shape = self.shape(fun.ref)
            params, inner = len(shape.params), shape.body
        elif closed and isinstance(fun, EAbs):
            params, inner = len(fun.params), fun.body
        else:
            return None
        if params != len(body.args):
            return None
        meant, _ = self.resolve(inner)
        if isinstance(meant, EVal) and self.shape(meant.ref).arity:
            return meant
        return meant if isinstance(meant, EBuiltin) else None

    def partial(self, ref: Ref) -> tuple[Ref, tuple[Expr, ...]] | None:
        """Give function and first operands of a constant that is a partial application of them.

        The operands are such that evaluating them at every call is the same.
        """
        if ref not in self._partials:
            self._partials[ref] = None
            body = strip(self.shape(ref).body)
            if not self.shape(ref).params and isinstance(body, EApp):
                fun, _ = self.resolve(body.fun)
                known = isinstance(fun, EVal) and all(self.is_total(arg) for arg in body.args)
                if known and isinstance(fun, EVal) and self.shape(fun.ref).arity > len(body.args):
                    self._partials[ref] = fun.ref, body.args
        return self._partials[ref]

    def is_total(self, expr: Expr) -> bool:
        """Tell whether an operand is unit, a function or a struct of functions."""
        expr = strip(expr)
        if isinstance(expr, EVal):
            return self.shape(expr.ref).arity > 0 or self._dictionary(expr.ref) is not None
        return isinstance(expr, EUnit)

    def _dictionary(self, ref: Ref) -> dict[str, Expr] | None:
        """Give the fields of a top-level struct of functions."""
        if ref not in self._dictionaries:
            self._dictionaries[ref] = None
            shape = self.shape(ref)
            body = strip(shape.body)
            if shape.params or not isinstance(body, EStructCon):
                return None
            if all(self._is_function(field) for _, field in body.fields):
                self._dictionaries[ref] = {
                    name: field
                    for name, field in body.fields
                    if size(field, 2 * INLINE_SIZE) < 2 * INLINE_SIZE
                }
        return self._dictionaries[ref]

    def _is_function(self, expr: Expr) -> bool:
        expr = strip(expr)
        if isinstance(expr, EVal):
            return self.shape(expr.ref).arity > 0
        return isinstance(expr, EAbs)

    def constant(self, ref: Ref) -> Expr | None:
        """Give the literal that a top-level value is, if it is one."""
        shape = self.shape(ref)
        body = strip(shape.body)
        if shape.params:
            return None
        if isinstance(body, CONSTANTS) or (isinstance(body, EText) and len(body.value) <= 200):
            return body
        return None

    def layout(self, ref: Ref) -> dict[str, int]:
        """Give positions of a record's fields, or ranks of a variant's or enum's constructors."""
        found = self._layouts.get(ref)
        if found is None:
            cons = self.packages.data_type(ref).cons
            match cons:
                case Record(fields):
                    names = [name for name, _ in fields]
                case Variant(constructors):
                    names = [name for name, _ in constructors]
                case EnumType(constructors=constructors):
                    names = list(constructors)
                case _:
                    raise InternalError(f"{ref} is an interface and has no parts")
            found = self._layouts[ref] = {name: at for at, name in enumerate(names)}
        return found

    def record(self, type_: Type) -> dict[str, int]:
        """Give positions of the fields of a record type."""
        head, _ = spine(type_)
        if not isinstance(head, TCon):
            raise InternalError(f"{type_} is not a record type")
        return self.layout(head.ref)
