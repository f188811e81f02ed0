"""Small pieces of Daml-LF that lowering puts together again and again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cantata.lang.lower.names import UNUSED
from cantata.lang.lower.types import RELTIME
from cantata.lf import model as lf

ZERO = lf.ENumeric(Decimal("0E-10"))
"""Zero as a Decimal; also the witness of the scale 10 that some builtins ask for."""

INVALID_STATE = 9
"""The failure category of what could succeed in another state of the ledger."""


def builtin(name: str, types: Sequence[lf.Type] = ()) -> lf.Expr:
    """Give a builtin, applied to types if it is polymorphic."""
    function = lf.EBuiltin(name)
    return lf.ETyApp(function, tuple(types)) if types else function


def call(name: str, types: Sequence[lf.Type], *args: lf.Expr) -> lf.Expr:
    """Apply a builtin."""
    return lf.EApp(builtin(name, types), args)


def list_of(element: lf.Type, values: Sequence[lf.Expr], tail: lf.Expr | None = None) -> lf.Expr:
    """Give a list of some values, in front of another list if there is one."""
    end = lf.ENil(element) if tail is None else tail
    return lf.ECons(element, tuple(values), end) if values else end


def branch(condition: lf.Expr, then: lf.Expr, otherwise: lf.Expr) -> lf.Expr:
    """Choose by a Bool; a negated condition and a known one cost nothing."""
    if isinstance(condition, lf.EBool):
        return then if condition.value else otherwise
    inner = _negated(condition)
    if inner is not None:
        condition, then, otherwise = inner, otherwise, then
    return lf.ECase(
        condition,
        (
            lf.Alternative(lf.PBool(value=True), then),
            lf.Alternative(lf.PBool(value=False), otherwise),
        ),
    )


def negate(condition: lf.Expr) -> lf.Expr:
    """Give the opposite of a Bool."""
    if isinstance(condition, lf.EBool):
        return lf.EBool(not condition.value)
    return _negated(condition) or branch(condition, lf.EBool(value=False), lf.EBool(value=True))


def _negated(condition: lf.Expr) -> lf.Expr | None:
    if not isinstance(condition, lf.ECase):
        return None
    bodies = tuple(
        (alternative.pattern, alternative.body) for alternative in condition.alternatives
    )
    return condition.scrutinee if bodies == _NEGATION else None


_NEGATION = (
    (lf.PBool(value=True), lf.EBool(value=False)),
    (lf.PBool(value=False), lf.EBool(value=True)),
)


def is_none(value: lf.Expr, *, yes: lf.Expr, no: lf.Expr) -> lf.Expr:
    """Choose by whether an Optional is empty."""
    return lf.ECase(value, (lf.Alternative(lf.PNone(), yes), lf.Alternative(lf.PDefault(), no)))


def fail(
    type_: lf.Type,
    error_id: str,
    message: str,
    metadata: Sequence[tuple[str, lf.Expr]] = (),
) -> lf.Expr:
    """Abort with a failure status whose id and message are fixed."""
    return fail_with(type_, lf.EText(error_id), INVALID_STATE, lf.EText(message), metadata)


def fail_with(
    type_: lf.Type,
    error_id: lf.Expr,
    category: int,
    message: lf.Expr,
    metadata: Sequence[tuple[str, lf.Expr]],
) -> lf.Expr:
    """Abort with a failure status where a value of a type is wanted."""
    fields = builtin("TEXTMAP_EMPTY", (lf.TEXT,))
    for key, value in metadata:
        fields = call("TEXTMAP_INSERT", (lf.TEXT,), lf.EText(key), value, fields)
    return call(
        "FAIL_WITH_STATUS", (type_,), error_id, lf.EFailureCategory(category), message, fields
    )


def fold_left(
    element: lf.Type, result: lf.Type, step: lf.Expr, start: lf.Expr, source: lf.Expr
) -> lf.Expr:
    """Fold a list from its first element on; the step takes the result so far and an element."""
    return call("FOLDL", (element, result), step, start, source)


def fold_right(
    element: lf.Type, result: lf.Type, step: lf.Expr, start: lf.Expr, source: lf.Expr
) -> lf.Expr:
    """Fold a list from its last element on; the step takes an element and the result so far."""
    return call("FOLDR", (element, result), step, start, source)


def reverse(element: lf.Type, source: lf.Expr) -> lf.Expr:
    """Give a list backwards."""
    list_type = lf.list_of(element)
    step = lf.EAbs(
        (("done", list_type), ("x", element)),
        lf.ECons(element, (lf.EVar("x"),), lf.EVar("done")),
    )
    return fold_left(element, list_type, step, lf.ENil(element), source)


def count(element: lf.Type, source: lf.Expr) -> lf.Expr:
    """Give the number of elements of a list."""
    step = lf.EAbs(
        (("n", lf.INT64), (UNUSED, element)),
        call("ADD_INT64", (), lf.EVar("n"), lf.EInt64(1)),
    )
    return fold_left(element, lf.INT64, step, lf.EInt64(0), source)


def reltime(micros: lf.Expr) -> lf.Expr:
    """Give the span of time of some microseconds."""
    return lf.ERecCon(lf.TCon(RELTIME), (("microseconds", micros),))


def microseconds(span: lf.Expr) -> lf.Expr:
    """Give the microseconds of a span of time."""
    return lf.ERecProj(lf.TCon(RELTIME), "microseconds", span)
