"""What lowering knows while it works on one definition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cantata.lang.ir import definitions as ir
from cantata.lang.ir import expressions as ix
from cantata.lang.ir import patterns as ip
from cantata.lang.ir import types as it
from cantata.lang.lower.code import Code, Operand, Operands, bind, in_order
from cantata.lang.lower.fallibility import Fallibility
from cantata.lang.lower.names import Names
from cantata.lang.lower.types import Types
from cantata.lf import model as lf

Handler = Callable[["Context", Any], Code]
"""Lowers one form of expression."""


@dataclass(slots=True)
class Prelude:
    """Whether the package needs the helpers that are emitted once for it."""

    needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is the same for all definitions of a module."""

    types: Types
    records: Mapping[it.Ref, ir.Record]
    views: Mapping[it.Ref, it.Type]
    fallibility: Fallibility
    handlers: Mapping[type, Handler]
    prelude: Prelude
    package_id: str
    file: str


@dataclass(slots=True)
class Context:
    """One definition: its scope, the names it uses and the values of its variables."""

    scope: Scope
    names: Names = field(default_factory=Names)
    values: dict[ip.Variable, lf.Expr] = field(default_factory=dict)

    def lower(self, expr: ix.Expr) -> Code:
        """Lower an expression."""
        return self.scope.handlers[type(expr)](self, expr)

    def operand(self, expr: ix.Expr) -> Operand:
        """Lower an expression that stands beside others."""
        return Operand(self.lower(expr), self.type(expr.type))

    def operands(self, exprs: Sequence[ix.Expr]) -> Operands:
        """Lower expressions that are evaluated from left to right."""
        return in_order(self.names, [self.operand(expr) for expr in exprs])

    def atom(self, expr: ix.Expr, wanted: str = "") -> Code:
        """Lower an expression to a value that may be used more than once."""
        return bind(self.names, self.lower(expr), self.type(expr.type), wanted)

    def type(self, type_: it.Type) -> lf.Type:
        """Give the Daml-LF type."""
        return self.scope.types.type(type_)

    def ref(self, ref: it.Ref) -> lf.Ref:
        """Give the reference with the id of its package."""
        return self.scope.types.ref(ref)

    def located(self, span: it.Span, expr: lf.Expr) -> lf.Expr:
        """Note where in the source an expression comes from."""
        location = lf.Location(
            self.scope.file, span.line - 1, span.column, span.end_line - 1, span.end_column
        )
        return lf.ELocated(location, expr)

    def define(self, variable: ip.Variable, code: Code) -> Code:
        """Give a variable its value; the answer's steps have to stand before every use."""
        bound = bind(self.names, code, self.type(variable.type), variable.name)
        self.values[variable] = bound.value
        return bound

    def parameter(self, variable: ip.Variable | None) -> str:
        """Give a variable a binder of its own; None is a binder that nobody reads."""
        if variable is None:
            return self.names.fresh("unused")
        name = self.names.fresh(variable.name)
        self.values[variable] = lf.EVar(name)
        return name

    @contextmanager
    def branch(self) -> Iterator[None]:
        """Forget at the end what variables were given inside."""
        saved = dict(self.values)
        try:
            yield
        finally:
            self.values = saved
