"""What the translator knows about a piece of Python source and about a variable of LF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cantata.lf.model import EAbs, Type

MAX_NESTING = 12
"""Deepest nesting of one generated Python expression."""


@dataclass(frozen=True, slots=True)
class Code:
    """A Python expression.

    `pure`: evaluating it neither fails nor shows, so it may move. `atom`: it is also so cheap
    that it may be written twice. `nesting` is its depth in parentheses.
    """

    text: str
    pure: bool = False
    atom: bool = False
    nesting: int = 1


def atom(text: str) -> Code:
    """Give a name or a short constant."""
    return Code(text, pure=True, atom=True, nesting=0)


@dataclass(slots=True)
class LocalFun:
    """A let-bound function that is called by its Python name and wrapped when it is a value."""

    python: str
    arity: int
    lam: EAbs
    used: set[str]
    """Which of its forms the code needs: ``value`` and ``run``."""


@dataclass(frozen=True, slots=True)
class Var:
    """A variable of LF: where its value is, and its type (or how to find it)."""

    code: Code
    type: Type | Callable[[], Type | None] | None
    fun: LocalFun | None = None


Env = dict[str, Var]
"""Variables in scope by their LF names; copied before it is extended."""
