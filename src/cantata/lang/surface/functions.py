"""Pure functions of contract code: faithful to Daml-LF when they run as plain Python."""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from cantata.kernel.int64 import INT64_MAX, INT64_MIN
from cantata.lang.surface.conform import conform
from cantata.lang.surface.packages import PackageInfo
from cantata.lang.surface.values import Int64

P = ParamSpec("P")
R = TypeVar("R")


def function(body: Callable[P, R]) -> Callable[P, R]:
    """Mark a pure function of a contract module.

    In plain Python its arguments and result are checked against the annotations, and its
    integers are checked 64-bit integers, literals included.
    """
    return faithful(body, skip=0)


def update(body: Callable[P, R]) -> Callable[P, R]:
    """Mark a function with effects; it runs on a ledger only."""
    return body


def faithful(body: Callable[P, R], *, skip: int) -> Callable[P, R]:
    """Wrap a function so that values are checked on the way in and out, `skip` parameters aside."""
    inner = _with_checked_literals(body)
    signature = inspect.signature(body)
    names = list(signature.parameters)[skip:]
    name = body.__qualname__

    @functools.cache
    def prepare() -> None:
        _check_constants(body.__globals__)

    @functools.wraps(body)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        prepare()
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        hints = _hints(body)
        for parameter in names:
            place = f"parameter {parameter} of {name}"
            given = bound.arguments[parameter]
            bound.arguments[parameter] = conform(place, hints.get(parameter), given)
        result = inner(*bound.args, **bound.kwargs)
        checked: R = conform(f"the result of {name}", hints.get("return"), result)
        return checked

    return run


@functools.cache
def _hints(body: Callable[..., Any]) -> dict[str, Any]:
    return typing.get_type_hints(body, include_extras=True)


def _check_constants(names: dict[str, Any]) -> None:
    """Make the int constants of a module, and of contract modules it imports, Int64 in place."""
    for name, value in list(names.items()):
        if isinstance(value, types.ModuleType):
            inner = vars(value)
            if isinstance(inner.get("PACKAGE"), PackageInfo) and inner is not names:
                inner.update({key: _checked_constant(held) for key, held in list(inner.items())})
        else:
            names[name] = _checked_constant(value)


def _with_checked_literals(body: Callable[P, R]) -> Callable[P, R]:
    """Copy a function with its int literals made Int64, so that arithmetic on them is checked."""
    if not isinstance(body, types.FunctionType):
        return body
    copy = types.FunctionType(
        _checked_code(body.__code__),
        body.__globals__,
        body.__name__,
        body.__defaults__,
        body.__closure__,
    )
    copy.__kwdefaults__ = body.__kwdefaults__
    return copy


def _checked_code(code: types.CodeType) -> types.CodeType:
    constants = tuple(
        _checked_code(value) if isinstance(value, types.CodeType) else _checked_constant(value)
        for value in code.co_consts
    )
    return code.replace(co_consts=constants)


def _checked_constant(value: Any) -> Any:
    if type(value) is int and INT64_MIN <= value <= INT64_MAX:
        return Int64(value)
    if type(value) is list:
        return [_checked_constant(item) for item in value]
    return value
