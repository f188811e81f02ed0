"""Totals are exact whatever they add up, and go along with Decimals."""

from __future__ import annotations

import decimal
import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.kernel.money import Decimal, MalformedDecimal
from cantata.kernel.totals import NOTHING, Total

MOST = 10**38 - 1
UNITS = st.integers(-MOST, MOST)
AMOUNTS = UNITS.map(Decimal.from_units)
TOTALS = st.integers(-(10**60), 10**60).map(Total)


def exact(value: Decimal | Total) -> Fraction:
    return Fraction(value.units, 10**10)


@given(amounts=st.lists(AMOUNTS, max_size=50))
def test_a_total_is_the_exact_sum(amounts: list[Decimal]) -> None:
    total = Total.of(amounts)
    assert exact(total) == sum(map(exact, amounts), Fraction(0))
    assert Fraction(str(total)) == Fraction(total.to_wire()) == exact(total)
    assert Total.from_stdlib(total.to_stdlib()) == total
    assert total.to_stdlib().as_tuple().exponent == -10
    assert pickle.loads(pickle.dumps(total)) == total


@given(one=TOTALS, other=AMOUNTS | TOTALS)
def test_it_is_added_and_compared_on_either_side(one: Total, other: Decimal | Total) -> None:
    assert exact(one + other) == exact(other + one) == exact(one) + exact(other)
    assert exact(one - other) == exact(one) - exact(other) == -exact(other - one)
    assert (one < other) == (other > one) == (exact(one) < exact(other))
    assert (one <= other) == (other >= one) == (exact(one) <= exact(other))
    assert (one == other) == (other == one) == (exact(one) == exact(other))
    assert exact(abs(one)) == abs(exact(one))
    assert bool(one) == bool(exact(one))


@given(units=UNITS)
def test_equal_ones_are_the_same_key(units: int) -> None:
    amount, total = Decimal.from_units(units), Total(units)
    assert amount == total
    assert hash(amount) == hash(total)
    assert str(amount) == str(total)
    assert amount.to_wire() == total.to_wire()
    assert total.to_decimal() == amount


@pytest.mark.parametrize("units", [MOST + 1, -MOST - 1, 10**60])
def test_what_fits_no_amount_is_none(units: int) -> None:
    assert Total(units).to_decimal() is None


@pytest.mark.parametrize("text", ["0.00000000001", "NaN", "Infinity", "1E-11"])
def test_what_is_no_sum_of_amounts_is_refused(text: str) -> None:
    with pytest.raises(MalformedDecimal):
        Total.from_stdlib(decimal.Decimal(text))


def test_it_never_changes_and_takes_nothing_else() -> None:
    with pytest.raises(AttributeError):
        NOTHING._units = 1
    for other in (1, 1.5, "1", decimal.Decimal(1)):
        assert other != NOTHING
        with pytest.raises(TypeError):
            NOTHING + other  # type: ignore[operator] # the point of the test
        with pytest.raises(TypeError):
            sorted([NOTHING, other])
