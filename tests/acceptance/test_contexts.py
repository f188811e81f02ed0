"""Frozen expressions put into other surroundings: what comes out there follows from the rules.

Whether an expression stands alone, is bound, passed, tested or built into data must change
neither its value nor its failure nor what it traces, only what happens around it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cantata.lf.archive import read_archive
from cantata.lf.model import (
    INT64,
    Alternative,
    Binding,
    Builtin,
    DefValue,
    EAbs,
    EApp,
    EBool,
    EBuiltin,
    ECase,
    ECons,
    EInt64,
    ELet,
    ENil,
    ENone,
    ESome,
    EStructCon,
    EStructProj,
    EText,
    ETyApp,
    EVal,
    EVar,
    Expr,
    Module,
    Package,
    Packages,
    PBool,
    PDefault,
    Ref,
    TApp,
    TBuiltin,
    TStruct,
    Type,
    UBlock,
    UEmbed,
    UPure,
    UTryCatch,
    arrow,
    list_of,
    optional,
    spine,
    update,
)
from cantata.lf.runtime.errors import FailureStatus, InterpretationError
from cantata.lf.runtime.runtime import Runtime
from cantata.lf.stable import stable_packages
from tests.vectors.expressions import NoContracts

NEW = "Contexts"
UNCAUGHT = "UNHANDLED_EXCEPTION/"


@dataclass(frozen=True)
class Outcome:
    """What evaluating something did: the value or failure, and the traced messages."""

    value: Any
    failure: tuple[str, str] | None
    trace: tuple[str, ...]

    @property
    def thrown(self) -> bool:
        """Whether it ended in an exception that can be caught."""
        return self.failure is not None and self.failure[0].startswith(UNCAUGHT)

    def or_value(self, value: Any) -> Outcome:
        """Give what comes out when only the failure matters."""
        return Outcome(None if self.failure else value, self.failure, self.trace)


Wrap = Callable[[Expr, Type], tuple[Type, Expr]]
Expect = Callable[[Outcome], Outcome]


def traced(text: str, body: Expr, type_: Type = INT64) -> Expr:
    return EApp(ETyApp(EBuiltin("TRACE"), (type_,)), (EText(text), body))


def before(outcome: Outcome) -> Outcome:
    """Expect a trace of z first, then what the expression does, then 7."""
    return replace(outcome.or_value(7), trace=("z", *outcome.trace))


def after(outcome: Outcome) -> Outcome:
    """Expect what the expression does, then a trace of z unless it failed, then 7."""
    rest = () if outcome.failure else ("z",)
    return replace(outcome.or_value(7), trace=(*outcome.trace, *rest))


def same(outcome: Outcome) -> Outcome:
    return outcome


def ignored(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    body = ELet((Binding(None, type_, expr),), traced("z", EInt64(7)))
    return INT64, body


def bound(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    return type_, ELet((Binding("it", type_, expr),), EVar("it"))


def first_argument(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    function = EAbs((("it", type_), ("other", INT64)), EVar("other"))
    return INT64, EApp(function, (expr, traced("z", EInt64(7))))


def last_argument(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    function = EAbs((("other", INT64), ("it", type_)), EVar("other"))
    return INT64, EApp(function, (traced("z", EInt64(7)), expr))


def argument_of_unknown(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    function_type = arrow(type_, INT64, INT64)
    function = EAbs((("it", type_), ("other", INT64)), EVar("other"))
    called = EApp(EVar("f"), (expr, traced("z", EInt64(7))))
    return INT64, EApp(EAbs((("f", function_type),), called), (function,))


def field_written_first(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    made = EStructCon((("it", expr), ("other", traced("z", EInt64(7)))))
    return INT64, EStructProj("other", made)


def field_written_last(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    made = EStructCon((("other", traced("z", EInt64(7))), ("it", expr)))
    return INT64, EStructProj("other", made)


def field(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    return type_, EStructProj("it", EStructCon((("it", expr),)))


def list_element(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    function = EAbs((("it", list_of(type_)), ("other", INT64)), EVar("other"))
    cons = ECons(type_, (expr,), ENil(type_))
    return INT64, EApp(function, (cons, traced("z", EInt64(7))))


def taken_branch(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    never = EApp(ETyApp(EBuiltin("ERROR"), (type_,)), (EText("never"),))
    test = traced("z", EBool(True), TBuiltin(Builtin.BOOL))
    return type_, ECase(test, (Alternative(PBool(True), expr), Alternative(PDefault(), never)))


def other_branch(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    test = EBool(False)
    return INT64, ECase(
        test, (Alternative(PBool(True), ELet((Binding("it", type_, expr),), EInt64(1))),
               Alternative(PDefault(), EInt64(7)))
    )  # fmt: skip


def delayed(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    function = EAbs((("unused", INT64),), expr)
    return INT64, ELet((Binding("f", arrow(INT64, type_), function),), EInt64(7))


def called(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    function = EAbs((("unused", INT64),), expr)
    body = EApp(EVar("f"), (traced("z", EInt64(1)),))
    return type_, ELet((Binding("f", arrow(INT64, type_), function),), body)


def folded(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    once = ECons(optional(type_), (ENone(type_),), ENil(optional(type_)))
    step = EAbs((("state", optional(type_)), ("n", optional(type_))), ESome(type_, expr))
    found = EApp(
        ETyApp(EBuiltin("FOLDL"), (optional(type_), optional(type_))), (step, ENone(type_), once)
    )
    return optional(type_), found


CONTEXTS: dict[str, tuple[Wrap, Expect]] = {
    "ignored": (ignored, after),
    "bound": (bound, same),
    "first argument": (first_argument, before),
    "last argument": (last_argument, after),
    "argument of an unknown function": (argument_of_unknown, before),
    "field written first": (field_written_first, before),
    "field written last": (field_written_last, after),
    "field": (field, same),
    "element of a list": (list_element, before),
    "branch that is taken": (
        taken_branch,
        lambda outcome: replace(outcome, trace=("z", *outcome.trace)),
    ),
    "branch that is not taken": (other_branch, lambda _: Outcome(7, None, ())),
    "body of a function": (delayed, lambda _: Outcome(7, None, ())),
    "called": (called, lambda outcome: replace(outcome, trace=("z", *outcome.trace))),
    "folded": (folded, lambda outcome: outcome.or_value((outcome.value,))),
}


def pure(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    return update(type_), UPure(type_, expr)


def embedded(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    return update(type_), UEmbed(type_, UPure(type_, expr))


def second_of_block(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    bindings = (
        Binding(None, INT64, UPure(INT64, traced("z", EInt64(1)))),
        Binding("it", type_, UPure(type_, expr)),
    )
    return update(type_), UBlock(bindings, UPure(type_, EVar("it")))


def tried(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    body = UBlock((Binding("it", type_, UPure(type_, expr)),), UPure(INT64, EInt64(1)))
    handler = ESome(update(INT64), UPure(INT64, EInt64(2)))
    return update(INT64), UTryCatch(INT64, body, "e", handler)


def refused_by_handler(expr: Expr, type_: Type) -> tuple[Type, Expr]:
    return update(type_), UTryCatch(type_, UPure(type_, expr), "e", ENone(update(type_)))


def caught(outcome: Outcome) -> Outcome:
    if outcome.thrown:
        return Outcome(2, None, outcome.trace)
    return outcome.or_value(1)


UPDATES: dict[str, tuple[Wrap, Expect]] = {
    "pure": (pure, same),
    "embedded": (embedded, same),
    "in a block": (
        second_of_block,
        lambda outcome: replace(outcome, trace=("z", *outcome.trace)),
    ),
    "tried": (tried, caught),
    "tried in vain": (refused_by_handler, same),
}


class Cases:
    """The expressions of a frozen package, and the same in other surroundings."""

    def __init__(self, path: Path, every: int) -> None:
        self.package = read_archive(path.read_bytes())
        stable = (stored.package for stored in stable_packages().values())
        own = self.package.modules["Cases"].values
        self.values = {
            name: each for at, (name, each) in enumerate(sorted(own.items())) if at % every == 0
        }
        self.values = {name: each for name, each in self.values.items() if _is_plain(each.type)}
        self.traces: list[str] = []
        self.stable = tuple(stable)

    def runtime(self, values: dict[str, tuple[Type, Expr]]) -> Runtime:
        """Give a runtime of the package with a module of these values in it."""
        made = {
            name: DefValue(name=name, type=type_, expr=expr)
            for name, (type_, expr) in values.items()
        }
        modules = {**self.package.modules, NEW: Module(name=NEW, values=made)}
        package: Package = replace(self.package, modules=modules)
        return Runtime(Packages([*self.stable, package]), trace=self.traces.append)

    def outcome(self, run: Runtime, module: str, name: str, *, runs: bool) -> Outcome:
        """Evaluate a value with nothing memoized, and run it if it is an update."""
        self.traces.clear()
        run.forget()
        ref = Ref(self.package.id, module, name)
        try:
            value = run.guarded(
                lambda: run.evaluate(ref)(NoContracts()) if runs else run.evaluate(ref)
            )
        except InterpretationError as error:
            kind = error.error_id if isinstance(error, FailureStatus) else error.kind
            return Outcome(None, (kind, error.message), tuple(self.traces))
        return Outcome(value, None, tuple(self.traces))


def _is_plain(type_: Type) -> bool:
    """Whether values of a type can be compared: no functions, no updates."""
    heads = [spine(part)[0] for part in _parts(type_)]
    hidden = {TBuiltin(Builtin.ARROW), TBuiltin(Builtin.UPDATE)}
    return not any(head in hidden for head in heads if isinstance(head, TBuiltin))


def _parts(type_: Type) -> Iterator[Type]:
    yield type_
    if isinstance(type_, TApp):
        yield from _parts(type_.fun)
        yield from _parts(type_.arg)
    if isinstance(type_, TStruct):
        for _, part in type_.fields:
            yield from _parts(part)


@cache
def cases(folder: Path, name: str, every: int) -> Cases:
    return Cases(folder / f"{name}.dalf", every)


@pytest.mark.parametrize("name, every", [("evaluation", 3), ("builtins", 41)])
@pytest.mark.parametrize("context", [*CONTEXTS, *UPDATES])
def test_surroundings_change_nothing_else(
    shared_data: Path, name: str, every: int, context: str
) -> None:
    given = cases(shared_data / "lf", name, every)
    wrap, expect = {**CONTEXTS, **UPDATES}[context]
    wrapped = {
        each: wrap(definition.expr, definition.type) for each, definition in given.values.items()
    }
    by_name = {
        f"{each}_by_name": wrap(EVal(Ref(given.package.id, "Cases", each)), definition.type)
        for each, definition in given.values.items()
    }
    run = given.runtime({**wrapped, **by_name})
    for each in given.values:
        alone = given.outcome(run, "Cases", each, runs=False)
        for variant in (each, f"{each}_by_name"):
            found = given.outcome(run, NEW, variant, runs=context in UPDATES)
            assert found == expect(alone), (each, json.dumps(alone.trace))
    assert len(given.values) > 20
