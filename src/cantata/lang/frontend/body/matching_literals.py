"""The match statement on int and Text: a chain of comparisons with literals."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TypeAlias

from cantata.lang.diagnostics import statements as rules
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.body.flow import join_all
from cantata.lang.frontend.symbols import source_of, span_of
from cantata.lang.ir.expressions import Apply, Expr, Literal, Read
from cantata.lang.ir.operations import Op
from cantata.lang.ir.patterns import Variable
from cantata.lang.ir.statements import Assign, Block, If, Stmt
from cantata.lang.ir.types import BOOL

Check: TypeAlias = Callable[[Body, Sequence[ast.stmt]], Block]


def match_literals(body: Body, node: ast.Match, value: Expr, check: Check) -> list[Stmt]:
    """Make a match on int or Text the chain of comparisons that it stands for."""
    last = node.cases[-1].pattern
    if not (isinstance(last, ast.MatchAs) and last.pattern is None and last.name is None):
        body.add(node, rules.NOT_EXHAUSTIVE, missing="all other values")
    variable = Variable("", value.type)
    whole: Block = ()
    before, flows, blocks = body.flow, [], []
    for case in node.cases:
        body.flow = before.copy()
        if case.guard is not None:
            body.add(case.guard, rules.PATTERN, detail="an `if` after the pattern")
        blocks.append(check(body, case.body))
        flows.append(body.flow)
    for case, inner in zip(reversed(node.cases), reversed(blocks), strict=True):
        test = _literal_test(body, case.pattern, variable)
        if test is None:
            whole = inner
        else:
            whole = (If(condition=test, then=inner, otherwise=whole, span=span_of(node)),)
    body.flow = join_all(flows)
    return [Assign(variable=variable, value=value, span=span_of(node)), *whole]


def _literal_test(body: Body, pattern: ast.pattern, variable: Variable) -> Expr | None:
    """Give the comparison with a literal; None for ``_`` and after a finding."""
    span = span_of(pattern)
    match pattern:
        case ast.MatchAs(pattern=None, name=None):
            return None
        case ast.MatchValue(value=value):
            literal = body.infer(value)
            if isinstance(literal, Literal) and literal.type == variable.type:
                read = Read(type=variable.type, span=span, variable=variable)
                return Apply(type=BOOL, span=span, op=Op.EQUAL, operands=(read, literal))
    body.add(pattern, rules.PATTERN, detail=source_of(pattern))
    return None
