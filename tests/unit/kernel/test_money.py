"""Decimal: what it reads, prints, refuses and rounds."""

from __future__ import annotations

import copy
import decimal
import pickle
from collections.abc import Callable

import pytest

from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.kernel.errors import CantataError
from cantata.kernel.money import Decimal, MalformedDecimal
from cantata.kernel.rounding import Rounding

GREATEST = Decimal("9999999999999999999999999999.9999999999")
LEAST = Decimal("0.0000000001")


@pytest.mark.parametrize(
    "text, shown, wire",
    [
        ("1.5", "1.5", "1.5000000000"),
        ("100", "100.0", "100.0000000000"),
        ("-0.0", "0.0", "0.0000000000"),
        ("+007.250", "7.25", "7.2500000000"),
        ("-0.0000000001", "-0.0000000001", "-0.0000000001"),
        ("1.00000000000000", "1.0", "1.0000000000"),
        ("0" * 5000, "0.0", "0.0000000000"),
    ],
)
def test_reads_and_prints(text: str, shown: str, wire: str) -> None:
    number = Decimal(text)
    assert str(number) == shown
    assert f"{number}" == shown
    assert number.to_wire() == wire
    assert repr(number) == f'Decimal("{shown}")'


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".5",
        "1.",
        "1e3",
        " 1",
        "1\n",
        "1,5",
        "NaN",
        "Infinity",
        "--1",
        "١",
        "0.00000000001",
        "1" + "0" * 28,
        "9" * 100_000,
        "0." + "0" * 100_000 + "1",
    ],
)
def test_refuses_what_is_no_decimal(text: str) -> None:
    with pytest.raises(MalformedDecimal) as caught:
        Decimal(text)
    assert len(caught.value.message) < 250


@pytest.mark.parametrize("value", [1, 1.5, True, None, b"1", decimal.Decimal(1)])
def test_converts_nothing_unasked(value: object) -> None:
    with pytest.raises(MalformedDecimal):
        Decimal(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("other", [1, 1.0, True, "1", decimal.Decimal(1), None])
def test_mixes_with_nothing_else(other: object) -> None:
    one = Decimal("1")
    assert one != other
    operations: list[Callable[[], object]] = [
        lambda: one + other,  # type: ignore[operator]
        lambda: other + one,  # type: ignore[operator]
        lambda: one - other,  # type: ignore[operator]
        lambda: one * other,  # type: ignore[operator]
        lambda: one / other,  # type: ignore[operator]
        lambda: one < other,  # type: ignore[operator]
        lambda: one <= other,  # type: ignore[operator]
        lambda: one > other,  # type: ignore[operator]
        lambda: one >= other,  # type: ignore[operator]
    ]
    for operation in operations:
        with pytest.raises(TypeError):
            operation()


def test_integers_come_and_go_explicitly() -> None:
    assert Decimal.from_int(-3) == Decimal("-3")
    assert Decimal("-3.9").to_int() == -3
    with pytest.raises(MalformedDecimal):
        Decimal.from_int(True)
    with pytest.raises(DamlArithmeticError, match=r"\(INT64_TO_NUMERIC 0.0 1(0{28})\)"):
        Decimal.from_int(10**28)
    with pytest.raises(DamlArithmeticError, match=r"\(NUMERIC_TO_INT64 9223372036854775808.0\)"):
        Decimal("9223372036854775808").to_int()


def test_units_are_checked() -> None:
    assert Decimal.from_units(15_000_000_000) == Decimal("1.5")
    for units in (10**38, -(10**38), True, 1.0):
        with pytest.raises(MalformedDecimal):
            Decimal.from_units(units)  # type: ignore[arg-type]


def test_standard_library_values_are_exact() -> None:
    assert Decimal("1.5").to_stdlib().as_tuple() == decimal.Decimal("1.5000000000").as_tuple()
    assert str(Decimal("-0").to_stdlib()) == "0E-10"
    assert Decimal.from_stdlib(decimal.Decimal("1E+3")) == Decimal("1000")
    for text in ("0.00000000001", "NaN", "sNaN", "Infinity", "1E+28", "1E+999999", "1E-999999"):
        with pytest.raises(MalformedDecimal):
            Decimal.from_stdlib(decimal.Decimal(text))


def test_overflow_is_an_error_with_the_engines_text() -> None:
    with pytest.raises(DamlArithmeticError) as caught:
        _ = GREATEST + LEAST
    error = caught.value
    assert isinstance(error, CantataError)
    assert isinstance(error, ArithmeticError)
    assert error.operation == "ADD_NUMERIC"
    assert error.arguments == ("9999999999999999999999999999.9999999999", "0.0000000001")
    with pytest.raises(DamlArithmeticError, match="SUB_NUMERIC"):
        _ = -GREATEST - LEAST
    with pytest.raises(DamlArithmeticError, match="MUL_NUMERIC"):
        _ = GREATEST * Decimal("1.0000000001")
    with pytest.raises(DamlArithmeticError, match="DIV_NUMERIC"):
        _ = GREATEST / LEAST


def test_division_by_zero_is_an_error() -> None:
    with pytest.raises(DamlArithmeticError) as caught:
        _ = Decimal("1") / Decimal("0")
    expected = "ArithmeticError while evaluating (DIV_NUMERIC 0.0 1.0 0.0)."
    assert caught.value.message == expected


@pytest.mark.parametrize(
    "rounding, expected",
    [
        (Rounding.HALF_EVEN, ("2.0", "-2.0", "4.0", "-4.0")),
        (Rounding.HALF_UP, ("3.0", "-3.0", "4.0", "-4.0")),
        (Rounding.DOWN, ("2.0", "-2.0", "3.0", "-3.0")),
        (Rounding.UP, ("3.0", "-3.0", "4.0", "-4.0")),
        (Rounding.FLOOR, ("2.0", "-3.0", "3.0", "-4.0")),
        (Rounding.CEILING, ("3.0", "-2.0", "4.0", "-3.0")),
    ],
)
def test_rounding_modes(rounding: Rounding, expected: tuple[str, ...]) -> None:
    numbers = [Decimal(text) for text in ("2.5", "-2.5", "3.5", "-3.5")]
    assert tuple(str(number.round(0, rounding)) for number in numbers) == expected


def test_rounding_has_bounds() -> None:
    assert GREATEST.round(-27, Rounding.DOWN) == Decimal("9" + "0" * 27)
    for digits in (-28, 11):
        with pytest.raises(DamlArithmeticError, match=f"ROUND_NUMERIC {digits} "):
            Decimal("1").round(digits, Rounding.HALF_EVEN)
    with pytest.raises(DamlArithmeticError):
        GREATEST.round(0, Rounding.HALF_EVEN)


def test_sums_start_from_a_decimal() -> None:
    amounts = [Decimal("0.1"), Decimal("0.2")]
    assert sum(amounts, Decimal("0")) == Decimal("0.3")
    assert abs(Decimal("-0.1")) == Decimal("0.1")
    assert not Decimal("0")
    assert Decimal("0.1")


def test_never_changes_and_copies_are_equal() -> None:
    number = Decimal("1.5")
    with pytest.raises(AttributeError):
        number._units = 0
    assert copy.deepcopy(number) == number
    assert pickle.loads(pickle.dumps(number)) == number
    assert len({number, Decimal("1.50")}) == 1
