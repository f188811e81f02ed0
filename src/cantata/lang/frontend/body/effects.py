"""Effects: create, exercise, fetch, archive and the ledger's time."""

from __future__ import annotations

import ast
from collections.abc import Callable

from cantata.lang.diagnostics import expressions as rules
from cantata.lang.frontend.body.arguments import bind, positional
from cantata.lang.frontend.body.constructing import record_of
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.body.conversion import check
from cantata.lang.frontend.symbols import (
    ChoiceInfo,
    InterfaceInfo,
    TemplateInfo,
    source_of,
    span_of,
)
from cantata.lang.frontend.world import show
from cantata.lang.ir.expressions import (
    Apply,
    Archive,
    Create,
    Exercise,
    Expr,
    Fetch,
    LedgerTimeBefore,
    Now,
)
from cantata.lang.ir.operations import Op
from cantata.lang.ir.types import BOOL, TIME, UNIT, NamedKind, TContractId, TNamed


def effect_call(body: Body, node: ast.Call, name: str) -> Expr | None:
    """Type an effect of `cantata.lang`; in a pure place it is reported."""
    allowed = body.may_act(node, name)
    expr = _EFFECTS[name](body, node)
    return expr if allowed else None


def _create(body: Body, node: ast.Call) -> Expr | None:
    payload = _single(body, node, "create", "create(Token(field=value))")
    if payload is None:
        return None
    type_ = payload.type
    kinds = (NamedKind.TEMPLATE, NamedKind.INTERFACE)
    if isinstance(type_, TNamed) and type_.kind in kinds:
        return Create(type=TContractId(type_), span=span_of(node), target=type_, payload=payload)
    wanted, instead = "the payload of a template", "write create(Token(field=value))"
    actual = show(type_)
    body.add(node, rules.TARGET, name="create", wanted=wanted, actual=actual, instead=instead)
    return None


def _contract_id(body: Body, node: ast.Call, name: str) -> tuple[Expr, TNamed] | None:
    value = _single(body, node, name, f"{name}(contract_id)")
    if value is None:
        return None
    if isinstance(value.type, TContractId):
        return value, value.type.target
    wanted, instead = "a contract id", "give the id that create returned"
    actual = show(value.type)
    body.add(node, rules.TARGET, name=name, wanted=wanted, actual=actual, instead=instead)
    return None


def _fetch(body: Body, node: ast.Call) -> Expr | None:
    found = _contract_id(body, node, "fetch")
    if found is None:
        return None
    value, target = found
    return Fetch(type=target, span=span_of(node), target=target, contract_id=value)


def _archive(body: Body, node: ast.Call) -> Expr | None:
    found = _contract_id(body, node, "archive")
    if found is None:
        return None
    value, target = found
    return Archive(type=UNIT, span=span_of(node), target=target, contract_id=value)


def _now(body: Body, node: ast.Call) -> Expr | None:
    if positional(body, node, "now", ()) is None:
        return None
    return Now(type=TIME, span=span_of(node))


def _before(body: Body, node: ast.Call) -> Expr | None:
    operands = positional(body, node, "before", (TIME,))
    if operands is None:
        return None
    return LedgerTimeBefore(type=BOOL, span=span_of(node), time=operands[0])


def _not_before(body: Body, node: ast.Call) -> Expr | None:
    operands = positional(body, node, "not_before", (TIME,))
    if operands is None:
        return None
    inner = LedgerTimeBefore(type=BOOL, span=span_of(node), time=operands[0])
    return Apply(type=BOOL, span=span_of(node), op=Op.NOT, operands=(inner,))


def _exercise(body: Body, node: ast.Call) -> Expr | None:
    if len(node.args) < 2:
        expected = "exercise(cid, Token.choice_name, field=value)"
        body.add(
            node,
            rules.ARGUMENTS,
            name="exercise",
            detail="the choice is missing",
            expected=expected,
        )
        return None
    found = _choice(body, node.args[1])
    if found is None:
        body.infer(node.args[0])
        body.add(node.args[1], rules.EXERCISE, source=source_of(node.args[1]))
        return None
    owner, choice = found
    contract_id = check(body, node.args[0], TContractId(owner), "the contract id")
    bound = bind(body, node, choice.python_name, choice.parameters, skip=2)
    if contract_id is None or bound is None or choice.result is None:
        return None
    argument: Expr = (
        record_of(node, choice.argument.type, bound) if choice.generated else bound[0].value
    )
    return Exercise(
        type=choice.result,
        span=span_of(node),
        target=owner,
        choice=choice.name,
        contract_id=contract_id,
        argument=argument,
    )


def _choice(body: Body, node: ast.expr) -> tuple[TNamed, ChoiceInfo] | None:
    """Give what ``Token.split`` names; a template has the choices of its interfaces too."""
    owner = body.symbol(node.value) if isinstance(node, ast.Attribute) else None
    if not isinstance(node, ast.Attribute) or not isinstance(owner, TemplateInfo | InterfaceInfo):
        return None
    others = owner.interfaces if isinstance(owner, TemplateInfo) else owner.requires
    for holder in (owner, *others):
        choice = holder.choices.get(node.attr)
        if choice is not None:
            return holder.type, choice
    return None


def _single(body: Body, node: ast.Call, name: str, expected: str) -> Expr | None:
    if len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred):
        return body.infer(node.args[0])
    detail = f"{len(node.args)} by position, {len(node.keywords)} by name"
    body.add(node, rules.ARGUMENTS, name=name, detail=detail, expected=expected)
    return None


_EFFECTS: dict[str, Callable[[Body, ast.Call], Expr | None]] = {
    "archive": _archive,
    "before": _before,
    "create": _create,
    "exercise": _exercise,
    "fetch": _fetch,
    "not_before": _not_before,
    "now": _now,
}
