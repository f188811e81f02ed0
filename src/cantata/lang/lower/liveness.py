"""Which variables matter later: what statements read, what they assign, where they may leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum, auto

from cantata.lang.ir import expressions as ix
from cantata.lang.ir import patterns as ip
from cantata.lang.ir import statements as st
from cantata.lang.lower.walk import operands

Live = frozenset[ip.Variable]


class Exit(Enum):
    """How control leaves a block."""

    FALLS = auto()
    RETURNS = auto()
    EITHER = auto()


def exit_of(block: st.Block) -> Exit:
    """Tell whether a block returns from the function on all, some or none of its paths."""
    some = False
    for statement in block:
        match statement:
            case st.Return():
                return Exit.RETURNS
            case st.If() | st.Match():
                exits = {exit_of(body) for _, body in alternatives(statement)}
                if exits == {Exit.RETURNS}:
                    return Exit.RETURNS
                some = some or exits != {Exit.FALLS}
            case st.For():
                some = some or exit_of(statement.body) is not Exit.FALLS
            case _:
                pass
    return Exit.EITHER if some else Exit.FALLS


def alternatives(statement: st.If | st.Match) -> tuple[tuple[ip.Pattern | None, st.Block], ...]:
    """Give the blocks of a statement that chooses; those of an If have no pattern."""
    if isinstance(statement, st.If):
        return ((None, statement.then), (None, statement.otherwise))
    return statement.alternatives


def assigned(block: st.Block) -> Iterator[ip.Variable]:
    """Give the variables that a block assigns, in the order of the source, some repeatedly."""
    for statement in block:
        match statement:
            case st.Assign():
                yield statement.variable
            case st.If() | st.Match():
                for pattern, body in alternatives(statement):
                    yield from _bound(pattern)
                    yield from assigned(body)
            case st.For():
                yield from assigned(statement.body)
            case _:
                pass


def live_before(block: st.Block, after: Live) -> Live:
    """Give the variables whose values at the start of a block matter."""
    for statement in reversed(block):
        after = live_before_statement(statement, after)
    return after


def live_before_statement(statement: st.Stmt, after: Live) -> Live:
    """Give the variables whose values before a statement matter, from those after it."""
    match statement:
        case st.Assign():
            return (after - {statement.variable}) | reads(statement.value)
        case st.Evaluate():
            return after | reads(statement.value)
        case st.Return():
            return reads(statement.value)
        case st.Require():
            fields = (value for _, value in statement.fields)
            return after | _all((statement.condition, statement.id, statement.message, *fields))
        case st.If() | st.Match():
            chosen = statement.condition if isinstance(statement, st.If) else statement.scrutinee
            inside = (
                live_before(body, after).difference(_bound(pattern))
                for pattern, body in alternatives(statement)
            )
            return reads(chosen).union(*inside)
        case st.For():
            return loop_head(statement, after) | reads(statement.source)


def loop_head(loop: st.For, after: Live) -> Live:
    """Give the variables whose values matter each time a loop comes to its next element."""
    head = after
    while True:
        wider = after | (live_before(loop.body, head) - {loop.variable})
        if wider == head:
            return head
        head = wider


def reads(expr: ix.Expr) -> Live:
    """Give the variables that an expression reads and does not bind itself."""
    match expr:
        case ix.Read():
            return frozenset({expr.variable})
        case ix.Let():
            return reads(expr.value) | (reads(expr.body) - {expr.variable})
        case ix.Case():
            parts = (reads(body).difference(_bound(pattern)) for pattern, body in expr.alternatives)
            return reads(expr.scrutinee).union(*parts)
        case ix.Comprehension():
            return _comprehension(expr)
        case ix.Sorted():
            key = reads(expr.key) if expr.key is not None else frozenset()
            return reads(expr.source) | (key - {expr.variable})
        case _:
            return _all(operands(expr))


def _comprehension(expr: ix.Comprehension) -> Live:
    live = reads(expr.element)
    for generator in reversed(expr.generators):
        live = (live | _all(generator.conditions)) - {generator.variable}
        live |= reads(generator.source)
    return live


def _all(exprs: Iterable[ix.Expr]) -> Live:
    return frozenset[ip.Variable]().union(*map(reads, exprs))


def _bound(pattern: ip.Pattern | None) -> tuple[ip.Variable, ...]:
    if isinstance(pattern, ip.PVariant | ip.PSome) and pattern.binder is not None:
        return (pattern.binder,)
    return ()
