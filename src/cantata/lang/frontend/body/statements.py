"""Statements: assignment, conditions, loops, requirements, returns."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from cantata.lang.diagnostics import statements as rules
from cantata.lang.diagnostics.expressions import ITERATE
from cantata.lang.frontend.annotations import resolve_type
from cantata.lang.frontend.body.conditions import condition, none_test
from cantata.lang.frontend.body.context import Body, Local
from cantata.lang.frontend.body.conversion import check, fit
from cantata.lang.frontend.body.flow import Narrowed
from cantata.lang.frontend.body.matching import match
from cantata.lang.frontend.body.operators import arithmetic
from cantata.lang.frontend.body.requirements import requirement
from cantata.lang.frontend.body.scan import stored_names
from cantata.lang.frontend.data import is_filler
from cantata.lang.frontend.symbols import LangName, source_of, span_of
from cantata.lang.frontend.world import show
from cantata.lang.ir.expressions import Literal, Some
from cantata.lang.ir.patterns import PNone, PSome
from cantata.lang.ir.statements import Assign, Block, Evaluate, For, If, Match, Return, Stmt
from cantata.lang.ir.types import UNIT, TList, TOptional, Type

Handler: TypeAlias = Callable[[Body, Any], list[Stmt]]


def function_body(body: Body, node: ast.FunctionDef) -> Block:
    """Check the body of a function; it ends in a return on every path."""
    statements = block(body, node.body)
    if body.flow.reachable:
        if body.result == UNIT:
            nothing = Literal(type=UNIT, span=span_of(node), value=None)
            return (*statements, Return(value=nothing, span=span_of(node)))
        if body.result is not None:
            body.add(node, rules.RETURN_MISSING, name=body.name, type=show(body.result))
    return statements


def block(body: Body, statements: Sequence[ast.stmt]) -> Block:
    """Check statements in order; the first one that is never reached is reported."""
    done: list[Stmt] = []
    dead = False
    for statement in statements:
        if not body.flow.reachable:
            if not dead:
                body.add(statement, rules.UNREACHABLE)
            dead = body.flow.reachable = True
        if is_filler(statement):
            continue
        handler = _HANDLERS.get(type(statement))
        if handler is None:
            _refuse(body, statement)
        else:
            done.extend(handler(body, statement))
    body.flow.reachable = body.flow.reachable and not dead
    return tuple(done)


def _assign(body: Body, node: ast.Assign) -> list[Stmt]:
    if len(node.targets) != 1:
        body.add(node, rules.UNPACKING)
        return []
    return _store(body, node, node.targets[0], node.value, None)


def _annotated(body: Body, node: ast.AnnAssign) -> list[Stmt]:
    type_ = resolve_type(body.world, body.module, node.annotation)
    if node.value is None:
        body.add(node, rules.DECLARATION, name=source_of(node.target))
        return []
    if isinstance(node.target, ast.Name) and node.target.id in body.locals:
        body.add(node, rules.REDECLARED, name=node.target.id)
    if type_ is None:
        if isinstance(node.target, ast.Name):
            body.declare(node.target.id, None)
        return []
    return _store(body, node, node.target, node.value, type_)


def _store(
    body: Body, node: ast.stmt, target: ast.expr, value: ast.expr, declared: Type | None
) -> list[Stmt]:
    if not _is_name(body, target):
        body.infer(value)
        return []
    name = target.id if isinstance(target, ast.Name) else ""
    local = body.locals.get(name)
    known = declared or (local.type if local is not None else None)
    expr = check(body, value, known, f"`{name}`")
    if expr is not None and expr.type == UNIT:
        body.add(value, rules.NO_VALUE)
        expr = None
    if expr is None:
        if local is None:
            body.declare(name, declared)
        body.flow.assign(name)
        return []
    if local is None or local.type is None:
        local = body.declare(name, declared or expr.type)
    if local.variable is None:
        return []
    body.flow.assign(name)
    if isinstance(expr.type, TOptional) and isinstance(expr, Some):
        body.flow.narrowed[(name,)] = Narrowed(expr.type.element, None)
    return [Assign(variable=local.variable, value=expr, span=span_of(node))]


def _is_name(body: Body, target: ast.expr) -> bool:
    """Report targets that are no plain local name."""
    match target:
        case ast.Name(id="self"):
            body.add(target, rules.SHADOWED, name="self")
        case ast.Name():
            return True
        case ast.Attribute() | ast.Subscript():
            body.add(target, rules.MUTATION, source=source_of(target))
        case _:
            body.add(target, rules.UNPACKING)
    return False


def _augmented(body: Body, node: ast.AugAssign) -> list[Stmt]:
    if not _is_name(body, node.target):
        body.infer(node.value)
        return []
    target = node.target
    name = target.id if isinstance(target, ast.Name) else ""
    left = body.infer(ast.copy_location(ast.Name(id=name, ctx=ast.Load()), target))
    right = body.infer(node.value, left.type if left is not None else None)
    local = body.locals.get(name)
    if left is None or right is None or local is None or local.type is None:
        return []
    if isinstance(left.type, TList):
        body.add(node, rules.MUTATION, source=source_of(node))
        return []
    value = arithmetic(body, node, node.op, left, right)
    fitted = fit(body, node, value, local.type, f"`{name}`") if value is not None else None
    if fitted is None or local.variable is None:
        return []
    body.flow.assign(name)
    return [Assign(variable=local.variable, value=fitted, span=span_of(node))]


def _expression(body: Body, node: ast.Expr) -> list[Stmt]:
    value = node.value
    if not isinstance(value, ast.Call):
        if body.infer(value, UNIT) is not None:
            body.add(node, rules.NO_EFFECT)
        return []
    if body.symbol(value.func) == LangName("require"):
        return requirement(body, value)
    expr = body.infer(value)
    return [] if expr is None else [Evaluate(value=expr, span=span_of(node))]


def _return(body: Body, node: ast.Return) -> list[Stmt]:
    span = span_of(node)
    if node.value is None:
        nothing = Literal(type=UNIT, span=span, value=None)
        expr = nothing if body.result is None else fit(body, node, nothing, body.result, body.name)
    else:
        expr = check(body, node.value, body.result, f"the result of {body.name}")
    body.flow.reachable = False
    return [] if expr is None else [Return(value=expr, span=span)]


def _if(body: Body, node: ast.If) -> list[Stmt]:
    test = none_test(body, node.test)
    if test is not None:
        known = {test.path: Narrowed(test.payload.type, test.payload)}
        filled, empty = (node.body, node.orelse) if test.negated else (node.orelse, node.body)
        some, none = _branches(body, (filled, known), (empty, {}))
        return [
            Match(
                scrutinee=test.scrutinee,
                alternatives=((PSome(test.payload), some), (PNone(), none)),
                span=span_of(node),
            )
        ]
    tested = condition(body, node.test)
    then, otherwise = _branches(
        body, (node.body, tested.when_true), (node.orelse, tested.when_false)
    )
    if tested.expr is None:
        return []
    return [If(condition=tested.expr, then=then, otherwise=otherwise, span=span_of(node))]


def _branches(
    body: Body,
    first: tuple[Sequence[ast.stmt], dict[tuple[str, ...], Narrowed]],
    second: tuple[Sequence[ast.stmt], dict[tuple[str, ...], Narrowed]],
) -> tuple[Block, Block]:
    """Check two branches from the same state, and go on with what holds after either."""
    before = body.flow
    body.flow = before.copy()
    body.flow.narrowed.update(first[1])
    then = block(body, first[0])
    after = body.flow
    body.flow = before.copy()
    body.flow.narrowed.update(second[1])
    otherwise = block(body, second[0])
    body.flow = after.join(body.flow)
    return then, otherwise


def _for(body: Body, node: ast.For) -> list[Stmt]:
    source = body.infer(node.iter)
    element = source.type.element if source is not None and isinstance(source.type, TList) else None
    if source is not None and element is None:
        body.add(node.iter, ITERATE, type=show(source.type))
    if not isinstance(node.target, ast.Name):
        body.add(node.target, rules.UNPACKING)
        return []
    if node.orelse:
        why, instead = "a loop has no other end", "write it after the loop"
        body.add(node.orelse[0], rules.STATEMENT, what="else of a loop", why=why, instead=instead)
    before = body.flow
    body.flow = before.copy()
    for name in stored_names(node.body):
        body.flow.forget(name)
    local = _loop_variable(body, node.target, element)
    inner = block(body, node.body)
    body.flow = before
    for name in stored_names([node]):
        body.flow.forget(name)
    body.flow.assigned.discard(node.target.id)
    if source is None or local.variable is None:
        return []
    return [For(variable=local.variable, source=source, body=inner, span=span_of(node))]


def _loop_variable(body: Body, target: ast.Name, element: Type | None) -> Local:
    local = body.locals.get(target.id)
    if local is None or local.type is None or element is None:
        return body.declare(target.id, element)
    if local.type != element or local.variable is None:
        shown = {"old": show(local.type), "new": show(element)}
        body.add(target, rules.RETYPED, name=target.id, **shown)
    body.flow.assign(target.id)
    return local


def _match(body: Body, node: ast.Match) -> list[Stmt]:
    return match(body, node, block)


def _refuse(body: Body, node: ast.stmt) -> None:
    """Report a statement that has no place, and look inside it for more."""
    rule = _RULES.get(type(node))
    if rule is not None:
        body.add(node, rule)
        body.flow.reachable = not isinstance(node, ast.Raise)
    elif isinstance(node, ast.Break | ast.Continue):
        body.add(node, rules.JUMP, what=type(node).__name__.lower())
    else:
        what, why, instead = _REFUSED.get(type(node), _OTHER)
        body.add(node, rules.STATEMENT, what=what, why=why, instead=instead)


_HANDLERS: dict[type[ast.stmt], Handler] = {
    ast.AnnAssign: _annotated,
    ast.Assign: _assign,
    ast.AugAssign: _augmented,
    ast.Expr: _expression,
    ast.For: _for,
    ast.If: _if,
    ast.Match: _match,
    ast.Return: _return,
}
_RULES = {
    ast.Assert: rules.ASSERT,
    ast.Raise: rules.RAISE,
    ast.Try: rules.TRY,
    ast.TryStar: rules.TRY,
    ast.While: rules.WHILE,
}
_STATE = "there is no state outside of the ledger"
_TOP = "definitions stand at the top of a module"
_REFUSED: dict[type[ast.stmt], tuple[str, str, str]] = {
    ast.AsyncFor: ("async", "contract code runs from top to bottom", "write for x in xs"),
    ast.AsyncWith: ("async", "contract code runs from top to bottom", "leave it out"),
    ast.ClassDef: ("a class", _TOP, "move it to the top of the module"),
    ast.Delete: ("del", "values on a ledger never change", "bind a new value"),
    ast.FunctionDef: ("a function inside a function", _TOP, "move it to the top of the module"),
    ast.AsyncFunctionDef: ("a function inside a function", _TOP, "move it to the top"),
    ast.Global: ("global", _STATE, "pass values as parameters and results"),
    ast.Nonlocal: ("nonlocal", _STATE, "pass values as parameters and results"),
    ast.Import: ("import", _TOP, "import at the top of the module"),
    ast.ImportFrom: ("import", _TOP, "import at the top of the module"),
    ast.With: ("with", "there is nothing to release", "leave it out"),
}
_OTHER = ("this statement", "it has no meaning on a ledger", "see the reference")
