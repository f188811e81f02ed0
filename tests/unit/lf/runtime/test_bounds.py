"""Contract code cannot hang, crash or exhaust the process that runs it (R12)."""

from __future__ import annotations

import sys
import threading

import pytest

from cantata.lf.model import (
    BOOL,
    INT64,
    TEXT,
    Binding,
    ELet,
    EStructCon,
    Expr,
    TVar,
    Type,
    arrow,
)
from cantata.lf.runtime.budget import Limits
from cantata.lf.runtime.errors import InterpretationTimeExceeded
from tests.unit.lf.runtime.build import (
    add,
    call,
    equal,
    evaluate,
    i,
    if_,
    lam,
    package,
    ref,
    runtime,
    sub,
    text,
    val,
    var,
)

FN = arrow(INT64, INT64)
SMALL = Limits(calls=200_000, milliseconds=20_000)
COUNT_UP = lam(if_(equal(var("n"), i(0)), i(0), add(i(1), val("f", sub(var("n"), i(1))))), "n")


def test_a_hundred_thousand_nested_calls_complete() -> None:
    assert evaluate({"f": (FN, COUNT_UP), "m": (INT64, val("f", i(100_000)))}) == 100_000


def test_nested_calls_through_unknown_functions_complete() -> None:
    twice = lam(var("n"), "n")
    body = if_(
        equal(var("n"), i(0)),
        i(0),
        add(i(1), val("g", sub(var("n"), i(1)))),
    )
    values = {
        "f": (FN, lam(body, "n")),
        "g": (FN, val("id", val("f"))),
        "id": (arrow(FN, FN), twice),
        "m": (INT64, val("f", i(50_000))),
    }
    assert evaluate(values) == 50_000


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(add(i(1), val("f", var("n"))), id="not in tail position"),
        pytest.param(val("f", var("n")), id="in tail position"),
        pytest.param(val("g", var("n")), id="through another function"),
    ],
)
def test_endless_recursion_is_refused_and_the_limit_of_the_process_is_kept(body: Expr) -> None:
    usual = sys.getrecursionlimit()
    other = lam(add(val("f", var("n")), i(0)), "n")
    values = {"f": (FN, lam(body, "n")), "g": (FN, other), "m": (INT64, val("f", i(1)))}
    with pytest.raises(InterpretationTimeExceeded):
        evaluate(values, limits=SMALL)
    assert sys.getrecursionlimit() == usual
    assert threading.stack_size() == 0


def test_a_constant_that_needs_itself_is_refused() -> None:
    with pytest.raises(InterpretationTimeExceeded):
        evaluate({"m": (INT64, add(i(1), val("m")))}, limits=SMALL)


def test_exponentially_many_calls_are_refused() -> None:
    values: dict[str, tuple[Type, Expr]] = {
        f"f{k}": (FN, lam(add(val(f"f{k - 1}", var("x")), val(f"f{k - 1}", var("x"))), "x"))
        for k in range(1, 64)
    }
    values["f0"] = (FN, lam(add(var("x"), i(0)), "x"))
    values["m"] = (INT64, val("f63", i(0)))
    with pytest.raises(InterpretationTimeExceeded):
        evaluate(values, limits=Limits(calls=20_000))


def test_texts_cannot_double_forever() -> None:
    doubled = tuple(
        Binding(f"t{k}", TEXT, call("APPEND_TEXT", var(f"t{k - 1}"), var(f"t{k - 1}")))
        for k in range(1, 60)
    )
    body = ELet((Binding("t0", TEXT, text("x")), *doubled), var("t59"))
    with pytest.raises(InterpretationTimeExceeded):
        evaluate({"m": (TEXT, body)})


def test_shared_structure_cannot_make_comparison_endless() -> None:
    def shared(prefix: str) -> tuple[Binding, ...]:
        links = [Binding(f"{prefix}0", INT64, i(1))]
        for k in range(1, 60):
            both = var(f"{prefix}{k - 1}")
            links.append(Binding(f"{prefix}{k}", INT64, EStructCon((("a", both), ("b", both)))))
        return tuple(links)

    test = equal(var("p59"), var("q59"), TVar("t"))
    with pytest.raises(InterpretationTimeExceeded):
        evaluate({"m": (BOOL, ELet(shared("p") + shared("q"), test))}, limits=SMALL)


def test_a_runtime_works_on_after_a_refusal() -> None:
    values = {
        "loop": (FN, lam(val("loop", var("n")), "n")),
        "bad": (INT64, val("loop", i(1))),
        "good": (INT64, add(i(1), i(2))),
    }
    run = runtime(package(values), limits=SMALL)
    for _ in range(3):
        with pytest.raises(InterpretationTimeExceeded):
            run.evaluate(ref("bad"))
        assert run.evaluate(ref("good")) == 3


def test_threads_wait_for_each_other() -> None:
    run = runtime(package({"f": (FN, COUNT_UP), "m": (INT64, val("f", i(2000)))}))
    found: list[int] = []

    def work() -> None:
        for _ in range(5):
            found.append(run.guarded(lambda: run.evaluate(ref("m"))))
            run.forget()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2000] * 20
