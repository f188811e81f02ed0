"""Contract objects survive the way to the ledger and back, whatever their type."""

from __future__ import annotations

from decimal import Decimal as StdDecimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cantata.lang import Choice, ContractId, Decimal, Int64, Map, Party, RelTime, TextMap, WrongType
from cantata.lang.surface.errors import NoValue
from cantata.testing import Ledger, create_and_exercise
from cantata.testing.bridge import bridge
from cantata.testing.names import names_of
from cantata.testing.strategies import Sizes, arguments, contracts
from tests.unit.testing import everything
from tests.unit.testing.everything import Everything, Named, Nothing, Pair, Shape, Wrapped

SIZES = Sizes(items_max=3, text_max=6)


@cache
def ledger() -> Ledger:
    return Ledger(everything)


def owners() -> tuple[str, ...]:
    return tuple(map(str, ledger().parties("Ann", "Bob")))


payloads = st.deferred(lambda: contracts(ledger(), Everything, parties=owners(), sizes=SIZES))
choices = st.deferred(lambda: arguments(ledger(), Everything.repeat, parties=owners(), sizes=SIZES))


@given(payloads)
def test_payloads_return_from_the_ledger(payload: Everything) -> None:
    with ledger().anchor():
        cid = ledger().acting(payload.owner).create(payload)
        (active,) = ledger().contracts(Everything, payload.owner)
        assert active.contract_id == cid
        assert active.payload == payload
        same = ledger().acting(payload.owner).exercise(cid, Everything.same, number=1)
        assert same == payload


@given(payloads)
def test_values_and_objects_are_one_to_one(payload: Everything) -> None:
    both = bridge(Everything)
    value = both.to_value(payload)
    assert both.to_object(value) == payload
    assert both.to_value(both.to_object(value)) == value


@settings(max_examples=50)
@given(payloads, choices)
def test_arguments_and_results_return(payload: Everything, given_: dict[str, Any]) -> None:
    with ledger().anchor():
        command = create_and_exercise(payload, Everything.repeat, **given_)
        (result,) = ledger().acting(payload.owner).submit(command).results
        assert result == given_["pair"]
    names = names_of(Everything.repeat)
    assert names.arguments(names.argument(**given_)) == given_


@pytest.mark.parametrize(
    "hint, item, value",
    [
        (int, Int64(7), 7),
        (Decimal, Decimal("-0.5"), StdDecimal("-0.5000000000")),
        (RelTime, RelTime(5), (5,)),
        (None, None, ()),
        (str | None, None, None),
        (str | None, "a", ("a",)),
        (list[int], [1, 2], (1, (2, ()))),
        (Shape, Nothing(), (0, ())),
        (Shape, Wrapped(7), (1, 7)),
        (Shape | None, Wrapped(7), ((1, 7),)),
        (TextMap[int], TextMap({"b": 1, "a": 2}), {"b": 1, "a": 2}),
        (ContractId[Everything], ContractId("00ab"), "00ab"),
    ],
)
def test_values_are_those_of_the_runtime(hint: Any, item: object, value: object) -> None:
    assert bridge(hint).to_value(item) == value
    assert bridge(hint).to_object(value) == item


def test_maps_are_in_the_order_of_daml() -> None:
    map_: Map[int, bool] = Map({3: True, -1: False})
    value = bridge(Map[int, bool]).to_value(map_)
    assert (value.keys, value.values) == ((-1, 3), (False, True))


def test_plain_texts_and_ints_reach_the_ledger() -> None:
    """No subclass of `str` or `int` goes into a payload: hashes and prints depend on it."""
    payload = bridge(Pair).to_value(Pair(left=1, right=Wrapped(2)))
    assert type(payload[0]) is int
    assert type(bridge(Party).to_value(Party("Ann"))) is str
    assert type(bridge(ContractId[Any]).to_value(ContractId("00"))) is str


@pytest.mark.parametrize("hint", [float, dict[str, int], int | str, object, Nothing, set[int]])
def test_other_types_are_refused(hint: object) -> None:
    with pytest.raises(NoValue):
        bridge(hint)


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "1"},
        {"number": True},
        {"number": 2**63},
        {"number": StdDecimal(1)},
    ],
)
def test_arguments_of_a_wrong_type_are_refused(wrong: dict[str, object]) -> None:
    choice: Choice[Any, ..., Any] = Everything.same
    with pytest.raises(Exception, match=r"number of Same|64") as refused:
        names_of(choice).argument(**wrong)
    assert refused.type.__name__ in {"WrongType", "DamlArithmeticError"}


def test_a_record_in_an_argument_is_checked() -> None:
    with pytest.raises(WrongType):
        Pair(left=1, right=Named("x", 5))  # type: ignore[arg-type]
