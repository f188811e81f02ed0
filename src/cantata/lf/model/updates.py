"""Updates of Daml-LF 2: what a transaction can do."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lf.model.expressions import Binding
from cantata.lf.model.names import Ref
from cantata.lf.model.node import Expr, Update
from cantata.lf.model.types import Type


@dataclass(frozen=True, slots=True)
class UPure(Update):
    """An update that does nothing and gives a value."""

    type: Type
    expr: Expr


@dataclass(frozen=True, slots=True)
class UBlock(Update):
    """Updates in order, each bound to a name, then a last one."""

    bindings: tuple[Binding, ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class UCreate(Update):
    """Create a contract of a template."""

    template: Ref
    arg: Expr


@dataclass(frozen=True, slots=True)
class UCreateInterface(Update):
    """Create a contract from an interface value."""

    interface: Ref
    arg: Expr


@dataclass(frozen=True, slots=True)
class UExercise(Update):
    """Exercise a choice of a template."""

    template: Ref
    choice: str
    cid: Expr
    arg: Expr


@dataclass(frozen=True, slots=True)
class UExerciseInterface(Update):
    """Exercise a choice of an interface."""

    interface: Ref
    choice: str
    cid: Expr
    arg: Expr


@dataclass(frozen=True, slots=True)
class UFetch(Update):
    """Fetch a contract of a template."""

    template: Ref
    cid: Expr


@dataclass(frozen=True, slots=True)
class UFetchInterface(Update):
    """Fetch a contract as an interface value."""

    interface: Ref
    cid: Expr


@dataclass(frozen=True, slots=True)
class UGetTime(Update):
    """The ledger time; pins it."""


@dataclass(frozen=True, slots=True)
class ULedgerTimeLT(Update):
    """Whether the ledger time is before a time; only narrows its bounds."""

    time: Expr


@dataclass(frozen=True, slots=True)
class UEmbed(Update):
    """An expression of type Update whose evaluation is delayed until it runs."""

    type: Type
    body: Expr


@dataclass(frozen=True, slots=True)
class UTryCatch(Update):
    """Run a body; if it throws, roll it back and run what the handler gives."""

    result: Type
    body: Expr
    binder: str
    handler: Expr


@dataclass(frozen=True, slots=True)
class UFetchByKey(Update):
    """The function from a key to the update that fetches its contract (LF 2.3)."""

    template: Ref


@dataclass(frozen=True, slots=True)
class UExerciseByKey(Update):
    """Exercise a choice by key (LF 2.3)."""

    template: Ref
    choice: str
    key: Expr
    arg: Expr


@dataclass(frozen=True, slots=True)
class UQueryNByKey(Update):
    """The function from n and a key to the update that looks up at most n contracts (LF 2.3)."""

    template: Ref
