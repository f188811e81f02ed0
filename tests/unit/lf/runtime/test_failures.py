"""How contract code fails: codes, categories, texts, places (R14, R15, R24)."""

from __future__ import annotations

import pytest

from cantata.lf.model import (
    INT64,
    PARTY,
    TEXT,
    DefDataType,
    DefException,
    EAbs,
    EFailureCategory,
    ELocated,
    ERecProj,
    EThrow,
    Expr,
    Location,
    Record,
    TCon,
    Variant,
    arrow,
    list_of,
    optional,
    textmap,
)
from cantata.lf.runtime.errors import FailureStatus, MalformedText, UserError, ValueNesting
from cantata.lf.runtime.values import to_cons
from tests.unit.lf.runtime.build import (
    add,
    call,
    equal,
    error,
    i,
    if_,
    lam,
    let,
    package,
    record,
    ref,
    runtime,
    text,
    val,
    var,
)

OOPS = DefDataType(name="Oops", serializable=True, cons=Record((("message", TEXT),)))
MESSAGE = EAbs((("e", TCon(ref("Oops"))),), ERecProj(TCon(ref("Oops")), "message", var("e")))
THROWS = DefException(name="Oops", message=MESSAGE)


def at(line: int, body: Expr) -> Expr:
    return ELocated(Location("token.py", line - 1, 4, line - 1, 20), body)


def test_an_exception_that_nobody_catches_is_a_failure_of_category_9() -> None:
    thrown = EThrow(INT64, TCon(ref("Oops")), record("Oops", message=text("x")))
    run = runtime(package({"m": (INT64, thrown)}, data=(OOPS,), exceptions=(THROWS,)))
    with pytest.raises(FailureStatus) as refused:
        run.evaluate(ref("m"))
    failure = refused.value
    assert (failure.code, failure.category) == ("DAML_FAILURE", 9)
    assert failure.error_id == "UNHANDLED_EXCEPTION/M:Oops"
    assert failure.pretty == ("User failure: UNHANDLED_EXCEPTION/M:Oops (error category 9): x")


def test_a_failure_with_status_shows_id_category_and_metadata() -> None:
    fields = call(
        "TEXTMAP_INSERT", text("error_id"), text("fake"), call("TEXTMAP_EMPTY"), types=(TEXT,)
    )
    failing = call(
        "FAIL_WITH_STATUS",
        text("app/NO"),
        EFailureCategory(8),
        text("no"),
        fields,
        types=(INT64,),
    )
    run = runtime(package({"m": (INT64, failing)}))
    with pytest.raises(FailureStatus) as refused:
        run.evaluate(ref("m"))
    failure = refused.value
    assert (failure.error_id, failure.category) == ("app/NO", 8)
    assert failure.metadata == {"error_id": "fake"}
    assert failure.full_message == (
        "Interpretation error: Error: User failure: app/NO (error category 8): no"
    )


def test_a_failure_tells_the_innermost_place_in_the_source() -> None:
    values = {
        "check": (
            arrow(INT64, INT64),
            lam(at(7, if_(equal(var("x"), i(0)), at(8, error("zero")), at(9, var("x")))), "x"),
        ),
        "m": (INT64, at(3, let("a", at(4, add(i(1), i(2))), at(5, val("check", i(0)))))),
        "overflow": (INT64, at(11, add(i(1), at(12, add(i(2**63 - 1), i(1)))))),
        "nowhere": (INT64, error("lost")),
    }
    run = runtime(package(values))
    for name, line in (("m", 7), ("overflow", 11)):
        with pytest.raises((UserError, FailureStatus)) as refused:
            run.evaluate(ref(name))
        location = refused.value.location
        assert location is not None
        assert location.file == "token.py"
        assert location.start_line >= line
    with pytest.raises(UserError) as lost:
        run.evaluate(ref("nowhere"))
    assert lost.value.location is None


NEST = DefDataType(
    name="Nest",
    serializable=True,
    cons=Record((("v", INT64), ("next", optional(TCon(ref("Nest")))))),
)
TREE = DefDataType(
    name="Tree",
    serializable=True,
    cons=Variant((("Leaf", TEXT), ("Fork", list_of(TCon(ref("Tree")))))),
)


def chain(links: int) -> object:
    value: object = (0, None)
    for _ in range(links):
        value = (1, (value,))
    return value


def test_values_nest_a_hundred_levels_at_most() -> None:
    check = runtime(package(data=(NEST,))).checker(TCon(ref("Nest")))
    check(chain(49))
    with pytest.raises(ValueNesting):
        check(chain(50))
    with pytest.raises(ValueNesting):
        check(chain(5000))


def test_fields_that_are_not_stored_have_no_level() -> None:
    data = DefDataType(
        name="Nest",
        serializable=True,
        cons=Record((("next", optional(TCon(ref("Nest")))),)),
    )
    check = runtime(package(data=(data,))).checker(TCon(ref("Nest")))
    value: object = (None,)
    for _ in range(50):
        value = ((value,),)
    check(value)
    with pytest.raises(ValueNesting):
        check(((value,),))


@pytest.mark.parametrize("bad", ["a\0b", "\0", "a\ud800", "\udfff"])
def test_texts_without_a_form_are_refused_wherever_they_are(bad: str) -> None:
    run = runtime(package(data=(TREE,)))
    tree = run.checker(TCon(ref("Tree")))
    shapes = (
        (TEXT, bad),
        (optional(TEXT), (bad,)),
        (list_of(TEXT), to_cons(["a", bad])),
        (textmap(INT64), {bad: 1}),
        (textmap(TEXT), {"k": bad}),
    )
    for type_, value in shapes:
        with pytest.raises(MalformedText):
            run.checker(type_)(value)
    with pytest.raises(MalformedText):
        tree((1, to_cons([(0, "good"), (1, to_cons([(0, bad)]))])))
    tree((1, to_cons([(0, "good\uffff\U0001d11e"), (1, ())])))


def test_types_whose_values_are_all_legal_are_not_looked_at() -> None:
    run = runtime(package())
    assert run.checker(list_of(PARTY)) is run.checker(INT64)
