"""Local variables and the patterns that bind them."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lang.ir.types import Type


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """A local variable, compared by identity.

    One Python variable of one function is one `Variable` however often it is assigned; each
    read is dominated by an assignment. The front end adds variables of its own: the narrowed
    companion of an Optional (`x` known to be not None is another variable that holds the
    payload), payload binders, middle operands. Their names are not unique and may be ``""``.
    """

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class PVariant:
    """A constructor of a variant; the binder receives the payload (None: not needed)."""

    constructor: str
    binder: Variable | None


@dataclass(frozen=True, slots=True)
class PEnum:
    """A constructor of an enum."""

    constructor: str


@dataclass(frozen=True, slots=True)
class PNone:
    """The empty Optional."""


@dataclass(frozen=True, slots=True)
class PSome:
    """A filled Optional; the binder receives the payload (None: not needed)."""

    binder: Variable | None


@dataclass(frozen=True, slots=True)
class PDefault:
    """Anything that earlier alternatives do not match."""


Pattern = PVariant | PEnum | PNone | PSome | PDefault
