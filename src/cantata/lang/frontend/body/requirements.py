"""The statement ``require(condition, "error-id", "message", field=value)``."""

from __future__ import annotations

import ast

from cantata.lang.diagnostics.expressions import REQUIRE
from cantata.lang.frontend.body.conditions import condition
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.body.conversion import check
from cantata.lang.frontend.body.literals import as_text
from cantata.lang.frontend.symbols import span_of
from cantata.lang.frontend.vocabulary import CATEGORIES
from cantata.lang.ir.expressions import Expr, Literal
from cantata.lang.ir.statements import Require, Stmt
from cantata.lang.ir.types import TEXT

_DEFAULT = CATEGORIES["INVALID_STATE"]


def requirement(body: Body, node: ast.Call) -> list[Stmt]:
    """Type a requirement; afterwards its condition is known to hold."""
    if len(node.args) != 3 or any(isinstance(part, ast.Starred) for part in node.args):
        body.add(node, REQUIRE, detail="condition, id and message are given by position")
        return []
    tested = condition(body, node.args[0])
    id_ = check(body, node.args[1], TEXT, "the id of require")
    message = check(body, node.args[2], TEXT, "the message of require")
    category, fields, sound = _DEFAULT, [], True
    for word in node.keywords:
        if word.arg == "category":
            category = _category(body, word.value) or 0
            sound = sound and category != 0
            continue
        value = _field(body, word)
        sound = sound and value is not None
        if value is not None and word.arg is not None:
            fields.append((word.arg, value))
    body.flow.narrowed.update(tested.when_true)
    if tested.expr is None or id_ is None or message is None or not sound:
        return []
    return [
        Require(
            condition=tested.expr,
            id=id_,
            message=message,
            category=category,
            fields=tuple(fields),
            span=span_of(node),
        )
    ]


def _category(body: Body, node: ast.expr) -> int | None:
    value = body.infer(node)
    number = value.value if isinstance(value, Literal) else None
    if isinstance(number, int) and number in CATEGORIES.values():
        return number
    if value is not None:
        body.add(node, REQUIRE, detail="category is INVALID_STATE or INVALID_ARGUMENT")
    return None


def _field(body: Body, word: ast.keyword) -> Expr | None:
    if word.arg is None:
        body.add(word.value, REQUIRE, detail="fields are given one by one")
        return None
    value = body.infer(word.value)
    return None if value is None else as_text(body, word.value, value)
