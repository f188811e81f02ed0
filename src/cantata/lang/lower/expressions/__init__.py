"""Lowering of expressions: each form of the intermediate form as steps and a value."""

from __future__ import annotations

from collections.abc import Mapping

from cantata.lang.lower.context import Handler
from cantata.lang.lower.expressions import (
    calls,
    comprehensions,
    control,
    data,
    effects,
    operations,
    reductions,
)

HANDLERS: Mapping[type, Handler] = {
    **data.HANDLERS,
    **operations.HANDLERS,
    **control.HANDLERS,
    **comprehensions.HANDLERS,
    **reductions.HANDLERS,
    **calls.HANDLERS,
    **effects.HANDLERS,
}
"""What lowers each form of expression."""
