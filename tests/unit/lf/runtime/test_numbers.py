"""Built-in functions at their edges (R6 to R11); the frozen vectors hold the bulk."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cantata.lf.model import (
    BOOL,
    DECIMAL,
    INT64,
    TEXT,
    ENumeric,
    ETimestamp,
    Expr,
    TNat,
    Type,
    genmap,
    list_of,
    optional,
    textmap,
)
from cantata.lf.runtime.builtins import crypto, keccak
from cantata.lf.runtime.errors import FailureStatus, UserError
from cantata.lf.runtime.values import from_cons
from tests.unit.lf.runtime.build import (
    add,
    call,
    equal,
    error,
    evaluate,
    i,
    lam,
    let,
    text,
    val,
)

MIN, MAX = -(2**63), 2**63 - 1
SCALES = (TNat(10), TNat(10), TNat(10))


def d(value: str) -> Expr:
    return ENumeric(Decimal(value).quantize(Decimal("1e-10")))


def result(type_: Type, expr: Expr) -> object:
    return evaluate({"m": (type_, expr)})


@pytest.mark.parametrize(
    "builtin,a,b,expected",
    [
        ("MOD_INT64", MIN, -1, 0),
        ("MOD_INT64", -7, 2, -1),
        ("DIV_INT64", -7, 2, -3),
        ("EXP_INT64", 0, 0, 1),
        ("EXP_INT64", 2, 62, 2**62),
        ("EXP_INT64", -2, 63, MIN),
        ("EXP_INT64", -1, MAX, -1),
        ("ADD_INT64", MAX, MIN, -1),
    ],
)
def test_integers_at_their_edges(builtin: str, a: int, b: int, expected: int) -> None:
    assert result(INT64, call(builtin, i(a), i(b))) == expected


@pytest.mark.parametrize(
    "builtin,a,b",
    [
        ("DIV_INT64", MIN, -1),
        ("DIV_INT64", 1, 0),
        ("MOD_INT64", 1, 0),
        ("EXP_INT64", 2, 63),
        ("EXP_INT64", 2, -1),
        ("ADD_INT64", MAX, 1),
        ("SUB_INT64", MIN, 1),
        ("MUL_INT64", MIN, -1),
    ],
)
def test_integers_beyond_their_edges_throw(builtin: str, a: int, b: int) -> None:
    with pytest.raises(FailureStatus) as refused:
        result(INT64, call(builtin, i(a), i(b)))
    assert refused.value.message == f"ArithmeticError while evaluating ({builtin} {a} {b})."
    assert refused.value.category == 9


def test_decimals_round_once_and_to_even() -> None:
    times = call("MUL_NUMERIC", d("0"), d("0.0000000003"), d("0.5"), types=SCALES)
    assert str(result(DECIMAL, times)) == "2E-10"
    thirds = call("DIV_NUMERIC", d("0"), d("2"), d("3"), types=SCALES)
    assert str(result(DECIMAL, thirds)) == "0.6666666667"
    halves = call("ROUND_NUMERIC", i(0), d("2.5"), types=SCALES[:1])
    assert str(result(DECIMAL, halves)) == "2.0000000000"
    product = result(DECIMAL, call("MUL_NUMERIC", d("0"), d("-1"), d("0"), types=SCALES))
    assert isinstance(product, Decimal)
    assert not product.is_signed()


@pytest.mark.parametrize("digits", [11, -28])
def test_rounding_beyond_the_digits_throws(digits: int) -> None:
    with pytest.raises(FailureStatus):
        result(DECIMAL, call("ROUND_NUMERIC", i(digits), d("1"), types=SCALES[:1]))


def test_texts_are_ordered_and_split_by_code_point() -> None:
    less = call("LESS", text("\uffff"), text("\U0001d11e"), types=(TEXT,))
    assert result(BOOL, less) is True
    parts = result(list_of(TEXT), call("EXPLODE_TEXT", text("a€\U0001d11e")))
    assert isinstance(parts, tuple)
    assert len(from_cons(parts)) == 3


@pytest.mark.parametrize(
    "micros,shown",
    [
        (0, "1970-01-01T00:00:00Z"),
        (500_000, "1970-01-01T00:00:00.500Z"),
        (1, "1970-01-01T00:00:00.000001Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_times_show_no_three_or_six_decimals(micros: int, shown: str) -> None:
    assert result(TEXT, call("TIMESTAMP_TO_TEXT", ETimestamp(micros))) == shown


def test_maps_list_in_the_order_of_keys() -> None:
    names = ("b", "a", "é", "\uffff", "\U0001d11e", "")
    map_: Expr = call("TEXTMAP_EMPTY", types=(INT64,))
    sorted_: Expr = call("GENMAP_EMPTY", types=(TEXT, INT64))
    for at, name in enumerate(names):
        map_ = call("TEXTMAP_INSERT", text(name), i(at), map_, types=(INT64,))
        sorted_ = call("GENMAP_INSERT", text(name), i(at), sorted_, types=(TEXT, INT64))
    listed = result(textmap(INT64), call("TEXTMAP_TO_LIST", map_, types=(INT64,)))
    assert isinstance(listed, tuple)
    assert [key for key, _ in from_cons(listed)] == sorted(names)
    keys = result(genmap(TEXT, INT64), call("GENMAP_KEYS", sorted_, types=(TEXT, INT64)))
    assert isinstance(keys, tuple)
    assert from_cons(keys) == sorted(names)


def test_a_text_is_read_as_a_number_only_if_no_digit_is_lost() -> None:
    def read(value: str) -> object:
        expr = call("TEXT_TO_NUMERIC", d("0"), text(value), types=SCALES[:1])
        return result(optional(DECIMAL), expr)

    assert read("1.50000000000") == (Decimal("1.5000000000"),)
    assert read("1.00000000001") is None
    assert read("1.") is None
    assert read("1" * 29) is None


def test_operands_are_evaluated_from_the_last_to_the_first() -> None:
    with pytest.raises(UserError, match="b"):
        result(INT64, add(error("a"), error("b")))
    with pytest.raises(UserError, match="b"):
        evaluate(
            {
                "f": (INT64, lam(i(1), "x", "y")),
                "m": (INT64, val("f", error("a"), error("b"))),
            }
        )


def test_bindings_are_evaluated_in_order_even_if_unused() -> None:
    with pytest.raises(UserError, match="a"):
        result(INT64, let("x", error("a"), let("y", error("b"), i(1))))


def test_keccak_is_that_of_ethereum() -> None:
    empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak.keccak256(b"").hex() == empty
    for size in (1, 135, 136, 137, 272, 500):
        assert len(keccak.keccak256(bytes(size))) == 32


@pytest.mark.parametrize(
    "data,expected",
    [
        (b"\xed\xa0\x80", "\ufffd"),
        (b"\xed\xa0", "\ufffd\ufffd"),
        (b"\xf0\x28\x8c\xbc", "\ufffd(\ufffd\ufffd"),
        (b"\xc0\x80", "\ufffd\ufffd"),
        (b"\xe2\x82", "\ufffd"),
        (b"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"),
        ("a€\U0001d11e".encode(), "a€\U0001d11e"),
    ],
)
def test_malformed_utf8_is_replaced_as_java_does(data: bytes, expected: str) -> None:
    assert crypto.java_decode(data) == expected


def test_equal_values_of_different_kinds_are_no_concern() -> None:
    assert result(BOOL, equal(i(1), i(1))) is True
