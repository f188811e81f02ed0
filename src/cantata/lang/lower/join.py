"""Alternatives joined again: a value if all are pure, an update that is run if one is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cantata.lang.lower.code import Code, Step, pure, update
from cantata.lang.lower.context import Context
from cantata.lf import model as lf

Combine = Callable[[list[lf.Expr]], lf.Expr]
"""Puts the bodies of all alternatives into one expression."""


def join(
    context: Context, head: Code, alternatives: Sequence[Code], type_: lf.Type, combine: Combine
) -> Code:
    """Join alternatives after a head; if one has effects, all become updates that are run.

    `combine` gets the bodies in order and holds the head's value.
    """
    if any(code.effectful for code in alternatives):
        name = context.names.fresh()
        bound = combine([update(code, type_) for code in alternatives])
        step = Step(name, type_, bound, effect=True, fallible=head.fallible)
        return Code(lf.EVar(name), steps=(*head.steps, step))
    value = combine([pure(code) for code in alternatives])
    fallible = head.fallible or not all(code.total for code in alternatives)
    return Code(value, fallible, head.steps)
