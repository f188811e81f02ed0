"""Untyped arguments become values by the engine's rules, or are refused in its words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cantata.lf.model import INT64, TEXT, UNIT, Type, list_of, numeric, optional
from cantata.lf.runtime.values import GenMap, to_cons
from cantata.sandbox.engine.errors import (
    ArgumentNesting,
    ArgumentText,
    IllegalContractId,
    InvalidSubmission,
    PreprocessingError,
    TypeMismatch,
    UnknownDefinitionName,
)
from cantata.sandbox.engine.preprocess.translate import Translator
from cantata.sandbox.engine.preprocess.untyped import (
    BoolArg,
    ContractIdArg,
    EnumArg,
    GenMapArg,
    Int64Arg,
    ListArg,
    NumericArg,
    OptionalArg,
    PartyArg,
    RecordArg,
    TextArg,
    TextMapArg,
    UnitArg,
    Untyped,
    VariantArg,
)
from tests.unit.engine.samples import BOOL, CONTRACT_ID, con, sample_packages

NONE = OptionalArg(None)


def some(value: Untyped) -> OptionalArg:
    return OptionalArg(value)


def record(*values: Untyped, **labelled: Untyped) -> RecordArg:
    return RecordArg((*((None, value) for value in values), *labelled.items()))


def number(text: str) -> NumericArg:
    return NumericArg(Decimal(text))


def read(value: Untyped, type_: Type) -> Any:
    return Translator(sample_packages()).translate(value, type_)


ALICE = PartyArg("alice")
COIN = ("alice", Decimal("1.50"), None, None)


@pytest.mark.parametrize(
    "argument",
    [
        record(ALICE, number("1.50"), NONE, NONE),
        record(ALICE, number("1.5")),
        record(ALICE, number("1.5000"), NONE, NONE, NONE, NONE),
        record(note=NONE, amount=number("1.50"), owner=ALICE),
        record(note=NONE, amount=number("1.50"), owner=ALICE, more=NONE),
    ],
)
def test_equal_records(argument: RecordArg) -> None:
    coin = read(argument, con("Coin"))
    assert coin == COIN
    assert coin[1].as_tuple().exponent == -2


@pytest.mark.parametrize(
    "argument, message",
    [
        (record(ALICE), 'Missing non-optional field "amount", cannot upgrade non-optional fields.'),
        (
            record(ALICE, number("1"), NONE, NONE, some(TextArg("x"))),
            (
                "An optional contract field with a value of Some may not be dropped during "
                "downgrading."
            ),
        ),
        (
            record(ALICE, number("1"), NONE, NONE, TextArg("x")),
            "Found non-optional extra field, cannot remove for downgrading.",
        ),
        (
            record(owner=ALICE, amount=number("1"), extra=TextArg("x")),
            'Found non-optional extra field "extra", cannot remove for downgrading.',
        ),
        (
            record(owner=ALICE, amount=number("1"), extra=some(TextArg("x"))),
            (
                'An optional contract field ("extra") with a value of Some may not be dropped '
                "during downgrading."
            ),
        ),
        (
            RecordArg((("owner", ALICE), ("owner", ALICE))),
            "Duplicate label owner in record",
        ),
        (
            RecordArg((("amount", number("1")), (None, ALICE))),
            (
                f"Mismatching record field label 'amount' (expecting 'owner') for record "
                f"{'ab' * 32}:M:Coin"
            ),
        ),
        (
            record(ALICE, number("1.001")),
            "Cannot represent 1.001 as (Numeric 2) without loss of precision",
        ),
        (record(ALICE, number("1e37")), f"Out-of-bounds (Numeric 2) 1{'0' * 37}"),
        (TextArg("coin"), "mismatching type: M:Coin and value: ValueText(coin)"),
    ],
)
def test_records_that_do_not_fit(argument: Untyped, message: str) -> None:
    with pytest.raises(TypeMismatch) as refused:
        read(argument, con("Coin"))
    assert refused.value.message == message
    assert refused.value.code == "COMMAND_PREPROCESSING_FAILED"


@pytest.mark.parametrize(
    "argument, type_, value",
    [
        (UnitArg(), UNIT, ()),
        (BoolArg(value=True), BOOL, True),
        (some(some(Int64Arg(1))), optional(optional(INT64)), ((1,),)),
        (ListArg((Int64Arg(1), Int64Arg(2))), list_of(INT64), to_cons([1, 2])),
        (VariantArg("Left", Int64Arg(3)), con("Either"), (0, 3)),
        (
            VariantArg("Right", record(TextArg("x"), ListArg(()))),
            con("Either"),
            (1, ("x", ())),
        ),
        (EnumArg("Green"), con("Color"), 1),
        (number("0E+50"), numeric(3), Decimal("0.000")),
        (number("-0.0"), numeric(3), Decimal("0.000")),
    ],
)
def test_other_values(argument: Untyped, type_: Type, value: Any) -> None:
    assert read(argument, type_) == value


def test_maps_are_ordered_and_the_last_entry_wins() -> None:
    one, two = EnumArg("Red"), EnumArg("Green")
    maps = record(
        TextMapArg((("b", Int64Arg(1)), ("a", Int64Arg(2)), ("b", Int64Arg(3)))),
        GenMapArg(((some(Int64Arg(2)), one), (NONE, one), (some(Int64Arg(2)), two))),
    )
    assert read(maps, con("Maps")) == ({"a": 2, "b": 3}, GenMap((None, (2,)), (0, 1)))


@pytest.mark.parametrize(
    "argument, type_, refusal",
    [
        (TextArg("a\0"), TEXT, ArgumentText),
        (TextArg("\ud800"), TEXT, ArgumentText),
        (TextArg("x\udc00y"), TEXT, ArgumentText),
        (EnumArg("Blue"), con("Color"), UnknownDefinitionName),
        (VariantArg("Middle", UnitArg()), con("Either"), UnknownDefinitionName),
        (PartyArg("not a party!"), con("Coin"), TypeMismatch),
        (ContractIdArg(f"00{'ab' * 32}"), CONTRACT_ID, IllegalContractId),
        (ContractIdArg("00ab"), CONTRACT_ID, InvalidSubmission),
    ],
)
def test_refused(argument: Untyped, type_: Type, refusal: type[PreprocessingError]) -> None:
    with pytest.raises(refusal):
        read(argument, type_)


def chain(links: int) -> Untyped:
    """Give a chain of records; each link nests two levels deeper."""
    value = record(NONE)
    for _ in range(links):
        value = record(some(value))
    return value


def test_a_hundred_levels_and_no_more() -> None:
    assert read(record(chain(48), UnitArg()), con("Pair", con("Nest"), UNIT))
    with pytest.raises(ArgumentNesting):
        read(chain(51), con("Nest"))


def test_absurd_depth_is_refused_at_once() -> None:
    with pytest.raises(ArgumentNesting):
        read(chain(50_000), con("Nest"))
