"""Statements of the intermediate form: structured, with rebinding and early return."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lang.ir.expressions import Expr
from cantata.lang.ir.patterns import Pattern, Variable
from cantata.lang.ir.types import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """Bind or rebind a variable. The value is evaluated even if the variable is never read."""

    variable: Variable
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluate:
    """Evaluate an expression and drop the value (it may fail, it may have effects)."""

    value: Expr
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Require:
    """Fail with a status unless the condition holds.

    Order: condition, `id`, `message`, fields in source order, then the test; all of them are
    evaluated even if the condition holds (in Python they are arguments), so lowering may move
    only total ones into the failing branch. `fields` are (key, Text expression): the metadata.
    `category` is 8 (INVALID_ARGUMENT) or 9 (INVALID_STATE).
    """

    condition: Expr
    id: Expr
    message: Expr
    category: int
    fields: tuple[tuple[str, Expr], ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class If:
    """A conditional statement.

    Variables assigned in a branch and read later flow out of it (phi). Only variables that are
    *live* afterwards need this: one branch may assign a variable that the other does not, when
    the first never falls through or nobody reads it later.
    """

    condition: Expr
    then: Block
    otherwise: Block
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Alternatives by constructor, exhaustive; binders count as assignments to their variable.

    A binder may be read after the statement, when every branch that falls through assigns it
    (narrowing: ``if x is None: return …`` is a Match whose PSome alternative is empty).
    """

    scrutinee: Expr
    alternatives: tuple[tuple[Pattern, Block], ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class For:
    """Run the body for each element, first to last; the body may rebind, return, have effects.

    Loop-carried are the variables that the body assigns and that are live at its start or after
    the loop. The loop variable is local to the body and may be rebound in it.
    """

    variable: Variable
    source: Expr
    body: Block
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Leave the function with a value (a Unit literal when source returns nothing)."""

    value: Expr
    span: Span


Stmt = Assign | Evaluate | Require | If | Match | For | Return
Block = tuple[Stmt, ...]
"""Statements in order. The block of a function ends in Return on every path; none follows one."""
