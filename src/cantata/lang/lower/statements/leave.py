"""Where control goes from a block: out of the function, or on to what follows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from cantata.lang.ir import statements as st
from cantata.lang.lower.code import Code, Step
from cantata.lang.lower.context import Context
from cantata.lang.lower.liveness import Live
from cantata.lang.lower.statements.pack import Pack
from cantata.lf import model as lf


@dataclass(frozen=True, slots=True)
class Leave(ABC):
    """The ways out of a block.

    `type` is what the block gives in the end; `returns` what the function returns; `live` the
    variables that matter after the block.
    """

    type: lf.Type
    returns: lf.Type
    live: Live

    @abstractmethod
    def returned(self, context: Context, value: Code) -> Code:
        """Leave by a return statement."""

    @abstractmethod
    def fallen(self, context: Context) -> Code:
        """Leave at the end of the block."""


LowerBlock = Callable[[Context, st.Block, Leave], Code]
"""Lowers a block with its ways out."""


@dataclass(frozen=True, slots=True)
class FromFunction(Leave):
    """The body of a function: it returns on every path."""

    def returned(self, context: Context, value: Code) -> Code:
        """Give the function's result."""
        return value

    def fallen(self, context: Context) -> Code:
        """Refuse: the front end has proved that every path returns."""
        raise AssertionError("a function's body ends without a return")


@dataclass(frozen=True, slots=True)
class ToJoin(Leave):
    """An alternative that never returns: it gives the variables that matter afterwards."""

    pack: Pack

    def returned(self, context: Context, value: Code) -> Code:
        """Refuse: alternatives with a return are not joined in this way."""
        raise AssertionError("a joined alternative returns")

    def fallen(self, context: Context) -> Code:
        """Give the variables' values."""
        return Code(self.pack.value(context))


@dataclass(frozen=True, slots=True)
class ToFunction(Leave):
    """An alternative that may return: what follows the statement is a local function."""

    outer: Leave
    pack: Pack
    function: lf.Expr
    effects: bool
    total: bool

    def returned(self, context: Context, value: Code) -> Code:
        """Leave as the surrounding block does."""
        return self.outer.returned(context, value)

    def fallen(self, context: Context) -> Code:
        """Call the local function with the variables' values."""
        values = tuple(context.values[variable] for variable in self.pack.variables)
        call = lf.EApp(self.function, values or (lf.EUnit(),))
        if not self.effects:
            return Code(call, fallible=not self.total)
        name = context.names.fresh()
        return Code(lf.EVar(name), steps=(Step(name, self.type, call, effect=True),))


@dataclass(frozen=True, slots=True)
class Carried(Leave):
    """The body of a loop or the first part of a block: ways out are values, looked at later."""

    pack: Pack

    def returned(self, context: Context, value: Code) -> Code:
        """Give the result beside the variables; whoever gets it does nothing more."""
        return Code(self.pack.value(context, value.value), value.fallible, value.steps)

    def fallen(self, context: Context) -> Code:
        """Give the variables' values without a result."""
        return Code(self.pack.value(context))
