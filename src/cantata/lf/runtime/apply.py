"""Calls of functions whose arity is not known before they run."""

from __future__ import annotations

from collections.abc import Callable

from cantata.lf.runtime.values import Fun, Value


def ap1(fun: Fun, a: Value) -> Value:
    """Apply to one argument."""
    if fun.arity == 1:
        return fun.code(a)
    return pap(fun, (a,))


def ap2(fun: Fun, a: Value, b: Value) -> Value:
    """Apply to two arguments."""
    arity = fun.arity
    if arity == 2:
        return fun.code(a, b)
    if arity == 1:
        return ap1(fun.code(a), b)
    return pap(fun, (a, b))


def ap3(fun: Fun, a: Value, b: Value, c: Value) -> Value:
    """Apply to three arguments."""
    arity = fun.arity
    if arity == 3:
        return fun.code(a, b, c)
    if arity == 1:
        return ap2(fun.code(a), b, c)
    if arity == 2:
        return ap1(fun.code(a, b), c)
    return pap(fun, (a, b, c))


def apn(fun: Fun, args: tuple[Value, ...]) -> Value:
    """Apply to any number of arguments."""
    while args:
        arity = fun.arity
        if len(args) < arity:
            return pap(fun, args)
        fun, args = call(fun, args[:arity]), args[arity:]
    return fun


def call(fun: Fun, args: tuple[Value, ...]) -> Value:
    """Apply to exactly as many arguments as it takes, without growing the C stack for few."""
    code = fun.code
    match args:
        case (a,):
            return code(a)
        case (a, b):
            return code(a, b)
        case (a, b, c):
            return code(a, b, c)
        case (a, b, c, d):
            return code(a, b, c, d)
        case (a, b, c, d, e):
            return code(a, b, c, d, e)
        case _:
            return code(*args)


def pap(fun: Fun, args: tuple[Value, ...]) -> Fun:
    """Give the function of the remaining parameters."""
    code = fun.code
    rest = fun.arity - len(args)
    if len(args) == 1:
        (a,) = args
        if rest == 1:
            return Fun(1, lambda b: code(a, b))
        if rest == 2:
            return Fun(2, lambda b, c: code(a, b, c))
    if len(args) == 2 and rest == 1:
        a, b = args
        return Fun(1, lambda c: code(a, b, c))
    return Fun(rest, lambda *more: code(*args, *more))


def _binary(fun: Fun) -> Callable[[Value, Value], Value]:
    if fun.arity == 2:
        return fun.code
    return lambda a, b: ap2(fun, a, b)


def foldl(fun: Fun, state: Value, cells: Value) -> Value:
    """Fold a list from the left."""
    code = _binary(fun)
    while cells:
        head, cells = cells
        state = code(state, head)
    return state


def foldr(fun: Fun, state: Value, cells: Value) -> Value:
    """Fold a list from the right."""
    code = _binary(fun)
    heads = []
    while cells:
        head, cells = cells
        heads.append(head)
    while heads:
        state = code(heads.pop(), state)
    return state


def equal_list(fun: Fun, left: Value, right: Value) -> bool:
    """Compare two lists with a function.

    As in the engine, the function gets the right element first, then the left one first, and so
    on in turn.
    """
    while left and right:
        a, left = left
        b, right = right
        if not ap2(fun, b, a):
            return False
        left, right = right, left
    return not left and not right
