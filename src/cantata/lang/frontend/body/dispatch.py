"""Typing of any expression: finds the rule for its kind."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, TypeAlias

from cantata.lang.diagnostics import expressions as rules
from cantata.lang.frontend.body import collections, conditions, literals, names, operators
from cantata.lang.frontend.body.builtin_calls import lang_call, named_literal, python_call
from cantata.lang.frontend.body.constructing import call_function, construct, inject
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.body.effects import effect_call
from cantata.lang.frontend.body.methods import call_method
from cantata.lang.frontend.symbols import (
    Broken,
    ConstantInfo,
    ConstructorInfo,
    FunctionInfo,
    LangName,
    RecordInfo,
    Symbol,
    TemplateInfo,
    source_of,
)
from cantata.lang.frontend.vocabulary import EFFECTS
from cantata.lang.ir.expressions import Expr
from cantata.lang.ir.types import TEXT, Type

Handler: TypeAlias = Callable[[Body, Any, Type | None], Expr | None]


def infer(body: Body, node: ast.expr, expected: Type | None) -> Expr | None:
    """Type an expression; None after a finding."""
    handler = _HANDLERS.get(type(node))
    if handler is not None:
        return handler(body, node, expected)
    rule, what, why, instead = _REFUSED.get(type(node), _OTHER)
    body.add(node, rule, what=what, why=why, instead=instead)
    return None


def _call(body: Body, node: ast.Call, expected: Type | None) -> Expr | None:
    function = node.func
    symbol = body.symbol(function)
    if symbol is not None:
        return _symbol_call(body, node, symbol, expected)
    if isinstance(function, ast.Name):
        if body.is_local(function.id):
            body.add(node, rules.PATH_CALL, source=function.id)
            return None
        return python_call(body, node, function.id)
    if not isinstance(function, ast.Attribute):
        body.add(node, rules.PATH_CALL, source=source_of(function))
        return None
    outer = body.symbol(function.value)
    if isinstance(outer, LangName):
        return named_literal(body, node, outer.name, function.attr)
    if outer is not None and not isinstance(outer, ConstantInfo):
        body.add(node, rules.PATH_CALL, source=source_of(function))
        return None
    return call_method(body, node, function)


def _symbol_call(body: Body, node: ast.Call, symbol: Symbol, expected: Type | None) -> Expr | None:
    match symbol:
        case Broken():
            return None
        case FunctionInfo():
            return call_function(body, node, symbol)
        case RecordInfo() | TemplateInfo():
            return construct(body, node, symbol)
        case ConstructorInfo():
            return inject(body, node, symbol)
        case LangName(name) if name in EFFECTS:
            return effect_call(body, node, name)
        case LangName(name):
            return lang_call(body, node, name, expected)
    body.add(node, rules.PATH_CALL, source=source_of(node.func))
    return None


def _subscript(body: Body, node: ast.Subscript, _expected: Type | None) -> Expr | None:
    value = body.infer(node.value)
    if value is None:
        return None
    if value.type == TEXT:
        body.add(node, rules.TEXT_METHOD, name="[...]")
    else:
        body.add(node, rules.SUBSCRIPT, source=source_of(node))
    return None


def _generator(body: Body, node: ast.GeneratorExp, _expected: Type | None) -> Expr | None:
    why, instead = "it would be evaluated later", "write a list: [x for x in xs]"
    body.add(
        node,
        rules.EXPRESSION,
        what="a generator outside any all sum min max",
        why=why,
        instead=instead,
    )
    return None


_HANDLERS: dict[type[ast.expr], Handler] = {
    ast.Attribute: names.attribute,
    ast.BinOp: operators.binary,
    ast.BoolOp: conditions.truth,
    ast.Call: _call,
    ast.Compare: operators.compare,
    ast.Constant: literals.constant,
    ast.GeneratorExp: _generator,
    ast.IfExp: conditions.conditional,
    ast.JoinedStr: literals.joined,
    ast.List: collections.display,
    ast.ListComp: collections.comprehension,
    ast.Name: names.name,
    ast.Subscript: _subscript,
    ast.UnaryOp: operators.unary,
}

_MAPS = 'write TextMap({"key": value}) or Map({key: value})'
_REFUSED = {
    ast.Set: (rules.COLLECTION, "a set", "Daml-LF has no sets", "write a list or Map"),
    ast.SetComp: (rules.COLLECTION, "a set", "Daml-LF has no sets", "write a list or Map"),
    ast.Dict: (rules.COLLECTION, "a dict", "maps have typed keys", _MAPS),
    ast.DictComp: (rules.COLLECTION, "a dict", "maps have typed keys", _MAPS),
    ast.Tuple: (
        rules.COLLECTION,
        "a tuple",
        "the language has no tuples",
        "write a class derived from Record",
    ),
    ast.Lambda: (
        rules.EXPRESSION,
        "lambda",
        "functions are no values",
        "write a @function; lambdas stand only in @choice(...) and sorted(key=...)",
    ),
    ast.NamedExpr: (
        rules.EXPRESSION,
        "`:=`",
        "a name is bound by a statement",
        "assign on a line of its own",
    ),
    ast.Starred: (rules.EXPRESSION, "`*`", "lists are joined in lists only", "write [*xs, y]"),
}
_OTHER = (
    rules.EXPRESSION,
    "this kind of expression",
    "it has no meaning on a ledger",
    "see the reference for what is allowed",
)
