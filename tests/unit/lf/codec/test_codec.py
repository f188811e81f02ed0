"""What the codec accepts, writes and refuses, beyond what was recorded."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest

from cantata.lf.codec import (
    JsonCodec,
    MalformedValue,
    MissingFields,
    NestingTooDeep,
    NotSerializable,
    TypeTooLarge,
    UnexpectedFields,
    UnfitValue,
    ValueRefused,
    WrongJsonKind,
    loads,
)
from cantata.lf.model import (
    ANY,
    DATE,
    DECIMAL,
    INT64,
    PARTY,
    TEXT,
    TIMESTAMP,
    Type,
    contract_id,
    genmap,
    list_of,
    numeric,
    optional,
    textmap,
)
from cantata.lf.runtime.values import GenMap
from tests.unit.lf.codec.worlds import con, world

TRANSFER = {"owner": "alice", "amount": "1.5"}


@pytest.fixture(scope="module")
def codec() -> JsonCodec:
    return JsonCodec(world())


@pytest.mark.parametrize(
    "json_data, type_, path",
    [
        ({"transfers": [TRANSFER, {"owner": 5, "amount": "1"}]}, None, "transfers[1].owner"),
        ({"by name": {"a b": {**TRANSFER, "amount": "x"}}}, None, '["by name"]["a b"].amount'),
        ({"limits": [[{"fst": 1, "snd": "x"}, TRANSFER]]}, None, "limits[0][0].fst"),
        ({"limits": [[{"fst": "1", "snd": "x"}, 7]]}, None, "limits[0][1]"),
        ({"limits": [[]]}, None, "limits[0]"),
        ([["x"]], optional(optional(INT64)), "[0][0]"),
        ({"tag": "Box", "value": {"fst": "1", "snd": True}}, con("Shape"), "value.snd"),
        ({"tag": 1, "value": {}}, con("Shape"), "tag"),
    ],
)
def test_a_refusal_names_the_place(
    codec: JsonCodec, json_data: Any, type_: Type | None, path: str
) -> None:
    whole: dict[str, Any] = {"transfers": [], "by name": {}, "limits": []}
    sent = json_data if type_ else {**whole, **json_data}
    with pytest.raises(ValueRefused) as caught:
        codec.decode(sent, type_ or con("Batch"), root="createArguments")
    below = path if path.startswith("[") else f".{path}"
    assert caught.value.path == f"createArguments{below}"
    assert f"at '{caught.value.path}'" in str(caught.value)
    assert caught.value.category == 8


@pytest.mark.parametrize(
    "text, type_, value",
    [
        ('"+5"', INT64, 5),
        ('"00000000000000000000000000000000009223372036854775807"', INT64, 2**63 - 1),
        ("3", DECIMAL, Decimal("3.0000000000")),
        ("-0.0", DECIMAL, Decimal("0.0000000000")),
        ("0.001", DECIMAL, Decimal("0.0010000000")),
        ("1e2", DECIMAL, Decimal("100.0000000000")),
        ("0e999999", DECIMAL, Decimal("0.0000000000")),
        ('"-0000000000000000000000000001.50"', numeric(1), Decimal("-1.5")),
        ('"5."', numeric(0), Decimal(5)),
        ('"2024-02-29T23:59:59.9999999+18:00"', TIMESTAMP, 1709186399999999),
        ('"1970-01-01T00:00:00.Z"', TIMESTAMP, 0),
        ('"a\\ud83d\\ude00\\ud83d"', TEXT, "a😀?"),
        ("null", optional(con("Trailing")), None),
    ],
)
def test_reads(codec: JsonCodec, text: str, type_: Type, value: Any) -> None:
    assert codec.decode(loads(text), type_) == value


@pytest.mark.parametrize(
    "json_data, type_, error",
    [
        (5, INT64, WrongJsonKind),
        ("", INT64, MalformedValue),
        ("1_000", INT64, MalformedValue),
        ("١", INT64, MalformedValue),
        pytest.param("1" * 100_000, INT64, MalformedValue, id="long"),
        (1.5, DECIMAL, MalformedValue),
        (True, DECIMAL, MalformedValue),
        (10**7, DECIMAL, MalformedValue),
        (Decimal("1E+999999999"), DECIMAL, MalformedValue),
        pytest.param(10**5000, DECIMAL, MalformedValue, id="huge"),
        (".5", DECIMAL, MalformedValue),
        ("1.12345678901", DECIMAL, UnfitValue),
        ("1" * 29, DECIMAL, UnfitValue),
        ("1" * 39, numeric(0), MalformedValue),
        ("1" * 38 + ".1", numeric(1), MalformedValue),
        ("2023-02-29", DATE, MalformedValue),
        ("+10000-01-01", DATE, MalformedValue),
        ("2024-1-01", DATE, MalformedValue),
        ("2024-01-01T00:00:60Z", TIMESTAMP, MalformedValue),
        ("2024-01-01T00:00:00+19:00", TIMESTAMP, MalformedValue),
        ("0001-01-01T00:00:00+01:00", TIMESTAMP, MalformedValue),
        ("alice.", PARTY, MalformedValue),
        ("a" * 256, PARTY, MalformedValue),
        ("00" + "ab" * 127, contract_id(TEXT), MalformedValue),
        ("00" + "ab" * 32, contract_id(TEXT), UnfitValue),
        ("01" + "ab" * 12 + "00", contract_id(TEXT), UnfitValue),
        ({}, con("Transfer"), MissingFields),
        ({**TRANSFER, "x": 1}, con("Transfer"), UnexpectedFields),
        ([], con("Transfer"), WrongJsonKind),
        (("1",), list_of(INT64), WrongJsonKind),
    ],
)
def test_refuses(codec: JsonCodec, json_data: Any, type_: Type, error: type[ValueRefused]) -> None:
    with pytest.raises(error) as caught:
        codec.decode(json_data, type_, root="x")
    assert caught.value.path.startswith("x")
    assert len(caught.value.message) < 1_000


def test_a_contract_id_of_version_2_is_read(codec: JsonCodec) -> None:
    contract = "01" + "ab" * 12 + "ca" * 10
    assert codec.decode(contract, contract_id(TEXT)) == contract


def test_null_fields_that_the_record_lacks_are_ignored(codec: JsonCodec) -> None:
    value = codec.decode({**TRANSFER, "x": None}, con("Transfer"))
    assert value == ("alice", Decimal("1.5000000000"), None)


@pytest.mark.parametrize(
    "value, data",
    [
        ((None, 1, None, None), {"a": None, "b": "1"}),
        (((1,), 1, None, (2,)), {"a": "1", "b": "1", "c": None, "d": "2"}),
    ],
)
def test_only_trailing_none_is_left_out(codec: JsonCodec, value: Any, data: Any) -> None:
    assert codec.encode(value, con("Trailing")) == data


def test_maps_are_written_in_the_order_of_keys(codec: JsonCodec) -> None:
    assert list(codec.encode({"b": 1, "B": 2, "a": 3}, textmap(INT64))) == ["B", "a", "b"]
    pairs = [[[], "none"], [["2"], "two"], [["1"], "one"], [["2"], "deux"]]
    value = codec.decode(pairs, genmap(list_of(INT64), TEXT))
    assert value == GenMap(((), (1, ()), (2, ())), ("none", "one", "deux"))


def test_types_that_grow_at_each_level_are_read(codec: JsonCodec) -> None:
    type_ = con("Grows", INT64)
    data = {"here": "1", "there": {"here": {"fst": "2", "snd": "3"}}}
    assert codec.decode(data, type_) == (1, (((2, 3), None),))
    assert codec.encode(codec.decode(data, type_), type_) == data


def test_deep_values_are_refused_and_not_recursed_into(codec: JsonCodec) -> None:
    data: dict[str, Any] = {}
    value: tuple[Any, ...] = (None,)
    for _ in range(5_000):
        data, value = {"next": data}, ((value,),)
    with pytest.raises(NestingTooDeep) as caught:
        codec.decode(data, con("Chain"))
    assert caught.value.code == "COMMAND_PREPROCESSING_FAILED"
    with pytest.raises(NestingTooDeep):
        codec.encode(value, con("Chain"))


@pytest.mark.parametrize("links, fits", [(50, True), (51, False)])
def test_the_deepest_value_of_the_ledger_passes(codec: JsonCodec, links: int, fits: bool) -> None:
    data: dict[str, Any] = {}
    value: tuple[Any, ...] = (None,)
    for _ in range(links):
        data, value = {"next": data}, ((value,),)
    if fits:
        assert codec.decode(data, con("Chain")) == value
        assert codec.encode(value, con("Chain")) == data
        return
    for convert, given in ((codec.decode, data), (codec.encode, value)):
        with pytest.raises(NestingTooDeep):
            convert(given, con("Chain"))


def test_deep_types_are_no_burden(codec: JsonCodec) -> None:
    type_: Type = INT64
    for _ in range(5_000):
        type_ = optional(type_)
    assert codec.decode([[[]]], type_) == ((None,),)
    type_ = INT64
    for _ in range(5_000):
        type_ = list_of(type_)
    assert codec.decode([[], []], type_) == ((), ((), ()))


def test_types_that_explode_are_refused_in_bounded_time(codec: JsonCodec) -> None:
    type_: Type = INT64
    for _ in range(40):
        type_ = con("Pair", type_, type_)
    started = time.process_time()
    with pytest.raises(TypeTooLarge):
        codec.encode((), type_)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "type_, json_data",
    [
        (ANY, {}),
        (con("Function"), {"f": {}}),
        (con("Holding"), {}),
        (con("Broken"), {"p": {"fst": "1", "snd": "2"}}),
        (con("Pair"), {"fst": "1", "snd": "2"}),
        (con("Color", INT64), "Red"),
    ],
)
def test_types_without_json_form_are_refused(codec: JsonCodec, type_: Type, json_data: Any) -> None:
    with pytest.raises(NotSerializable):
        codec.decode(json_data, type_)


def test_functions_for_loops_do_the_same(codec: JsonCodec) -> None:
    value = codec.decoder(con("Transfer"), root="x")(TRANSFER)
    assert codec.encoder(con("Transfer"))(value) == {"owner": "alice", "amount": "1.5000000000"}
