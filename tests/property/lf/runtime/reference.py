"""A plain interpreter of a part of Daml-LF: slow, recursive, and as the specification reads.

It evaluates operands from the last to the first, the function after its arguments, let in order,
the head of a block when the block is built. Values are as in the runtime, but functions take
their arguments one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cantata.lf.model import (
    EAbs,
    EApp,
    EBool,
    EBuiltin,
    ECase,
    ECons,
    EInt64,
    ELet,
    ELocated,
    ENil,
    ENone,
    ERecCon,
    ERecProj,
    ERecUpd,
    ESome,
    EStructCon,
    EText,
    EThrow,
    ETyApp,
    EVal,
    EVar,
    Expr,
    Pattern,
    PBool,
    PCons,
    PDefault,
    PNil,
    PNone,
    PSome,
    UBlock,
    UEmbed,
    UPure,
    UTryCatch,
)

FIELDS = ("a", "o", "l")


class Failed(Exception):
    """ERROR or an overflow that nobody may catch or did catch."""


class Thrown(Exception):
    """An exception of LF."""


@dataclass
class Function:
    """A function of one parameter."""

    code: Callable[[Any], Any]


class Reference:
    """Evaluates expressions over a table of top-level values."""

    def __init__(self, values: dict[str, Expr]) -> None:
        self.values = values
        self.memo: dict[str, Any] = {}
        self.messages: list[str] = []

    def top(self, name: str) -> Any:
        """Give a top-level value."""
        if name not in self.memo:
            self.memo[name] = self.eval(self.values[name], {})
        return self.memo[name]

    def eval(self, expr: Expr, env: dict[str, Any]) -> Any:  # noqa: C901, PLR0911, PLR0912
        """Give the value of an expression."""
        match expr:
            case EVar(name):
                return env[name]
            case EVal(ref):
                return self.top(ref.name)
            case EInt64(value) | EText(value) | EBool(value):
                return value
            case ETyApp(inner, _):
                return self.eval(inner, env)
            case EBuiltin(name):
                return self.builtin(name, [])
            case EAbs(params, body):
                return self.function([name for name, _ in params], body, env)
            case EApp():
                return self.application(expr, env)
            case ELet(bindings, body):
                scope = dict(env)
                for binding in bindings:
                    value = self.eval(binding.bound, scope)
                    if binding.name is not None:
                        scope[binding.name] = value
                return self.eval(body, scope)
            case ECase(scrutinee, alternatives):
                value = self.eval(scrutinee, env)
                for alternative in alternatives:
                    bound = matched(alternative.pattern, value)
                    if bound is not None:
                        return self.eval(alternative.body, {**env, **bound})
                raise AssertionError("no alternative matches")
            case ENil() | ENone():
                return () if isinstance(expr, ENil) else None
            case ESome(_, value):
                return (self.eval(value, env),)
            case ECons(_, front, tail):
                *heads, cells = self.operands([*front, tail], env)
                for head in reversed(heads):
                    cells = (head, cells)
                return cells
            case ERecCon(_, fields) | EStructCon(fields):
                named = dict(
                    zip(
                        [name for name, _ in fields],
                        self.operands([item for _, item in fields], env),
                        strict=True,
                    )
                )
                order = FIELDS if "a" in named else sorted(named)
                return tuple(named[name] for name in order)
            case ERecProj(_, field, record):
                return self.eval(record, env)[FIELDS.index(field)]
            case ELocated(_, inner):
                return self.eval(inner, env)
            case ERecUpd(_, field, record, value):
                new = self.eval(value, env)
                old = list(self.eval(record, env))
                old[FIELDS.index(field)] = new
                return tuple(old)
            case EThrow(_, _, inner):
                raise Thrown(self.eval(inner, env)[0])
        return self.update(expr, env)

    def update(  # noqa: C901 - one branch per form
        self, expr: Expr, env: dict[str, Any]
    ) -> Callable[[], Any]:
        """Build an update: a function that runs it."""
        match expr:
            case UPure(_, inner):
                value = self.eval(inner, env)
                return lambda: value
            case UBlock(bindings, body):
                head = self.eval(bindings[0].bound, env)

                def run() -> Any:
                    inner = dict(env)
                    result = head()
                    for at, binding in enumerate(bindings):
                        if at:
                            result = self.eval(binding.bound, inner)()
                        if binding.name is not None:
                            inner[binding.name] = result
                    return self.eval(body, inner)()

                return run
            case UEmbed(_, inner):
                return lambda: self.eval(inner, env)()  # noqa: PLW0108 - delayed on purpose
            case UTryCatch(_, body, binder, handler):

                def attempt() -> Any:
                    try:
                        return self.eval(body, env)()
                    except Thrown as thrown:
                        caught = self.eval(handler, {**env, binder: thrown})
                        if caught is None:
                            raise
                        return caught[0]()

                return attempt
        raise AssertionError(expr)

    def operands(self, exprs: list[Expr], env: dict[str, Any]) -> list[Any]:
        """Evaluate from the last to the first."""
        found = [self.eval(expr, env) for expr in reversed(exprs)]
        return found[::-1]

    def application(self, expr: Expr, env: dict[str, Any]) -> Any:
        """Evaluate all arguments of nested applications, then the function, then call."""
        args: list[Expr] = []
        while isinstance(expr, EApp | ETyApp | ELocated):
            if isinstance(expr, EApp):
                args[:0] = expr.args
                expr = expr.fun
            else:
                expr = expr.expr if isinstance(expr, ETyApp) else expr.body
        values = self.operands(args, env)
        fun = self.eval(expr, env)
        for value in values:
            fun = fun.code(value)
        return fun

    def function(self, names: list[str], body: Expr, env: dict[str, Any]) -> Function:
        """Give a function of several parameters, taken one by one."""
        first, *rest = names

        def code(value: Any) -> Any:
            inner = {**env, first: value}
            return self.function(rest, body, inner) if rest else self.eval(body, inner)

        return Function(code)

    def builtin(self, name: str, args: list[Any]) -> Any:
        """Give a built-in function that has some of its arguments."""
        if len(args) == ARITIES[name]:
            return self.compute(name, args)
        return Function(lambda value: self.builtin(name, [*args, value]))

    def compute(self, name: str, args: list[Any]) -> Any:  # noqa: C901
        """Give what a built-in function gives."""
        match name, args:
            case "ADD_INT64" | "SUB_INT64" | "MUL_INT64", [a, b]:
                result = {"A": a + b, "S": a - b, "M": a * b}[name[0]]
                if not -(2**63) <= result < 2**63:
                    raise Thrown(f"ArithmeticError while evaluating ({name} {a} {b}).")
                return result
            case "EQUAL", [a, b]:
                return a == b
            case "LESS", [a, b]:
                return a < b
            case "ERROR", [message]:
                raise Failed(message)
            case "TRACE", [message, value]:
                self.messages.append(message)
                return value
            case "FOLDL", [fun, state, cells]:
                while cells:
                    head, cells = cells
                    state = fun.code(state).code(head)
                return state
            case "FOLDR", [fun, state, cells]:
                heads = []
                while cells:
                    head, cells = cells
                    heads.append(head)
                for head in reversed(heads):
                    state = fun.code(head).code(state)
                return state
        raise AssertionError(name)


ARITIES = {
    **dict.fromkeys(["ADD_INT64", "SUB_INT64", "MUL_INT64", "EQUAL", "LESS", "TRACE"], 2),
    "ERROR": 1,
    "FOLDL": 3,
    "FOLDR": 3,
}


def matched(pattern: Pattern, value: Any) -> dict[str, Any] | None:
    """Give what a pattern binds, or None if it does not match."""
    match pattern:
        case PDefault():
            return {}
        case PBool(wanted):
            return {} if value is wanted else None
        case PNil():
            return None if value else {}
        case PCons(head, tail):
            return {head: value[0], tail: value[1]} if value else None
        case PNone():
            return {} if value is None else None
        case PSome(binder):
            return None if value is None else {binder: value[0]}
    raise AssertionError(pattern)
