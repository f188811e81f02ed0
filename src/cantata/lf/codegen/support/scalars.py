"""Codecs of the scalar types: as exact and as strict as the ledger's, in both directions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar

from cantata.lf.codec import numerics, texts, times
from cantata.lf.codec.coder import Coding, Decode
from cantata.lf.codec.errors import MalformedValue, UnfitValue, WrongJsonKind
from cantata.lf.codegen.support.codec import Codec
from cantata.lf.codegen.support.values import (
    Bool,
    ContractId,
    Date,
    Int64,
    Numeric,
    Party,
    Text,
    Timestamp,
    Unit,
)

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def numeric(scale: int) -> Codec[Numeric]:
    """Give the codec of ``Numeric scale``; values are exact decimals with at most that scale."""
    decode = numerics.numeric_decoder(scale)
    write = numerics.numeric_encoder(scale)

    def encode(value: object, depth: int) -> str:
        if not isinstance(value, Decimal) or not value.is_finite():
            raise WrongJsonKind("a finite decimal.Decimal", str(value))
        if value and value.adjusted() > numerics.NUMERIC_DIGITS_MAX:
            raise UnfitValue(f"Out-of-bounds (Numeric {scale}) {value:e}")
        return write(decode(f"{value:f}" if value else "0", depth), depth)

    return Codec(lambda: Coding(decode, encode))


def contract_id() -> Codec[ContractId[Any]]:
    """Give the codec of contract ids of any template or interface."""
    return Codec(
        lambda: Coding(
            lambda data, depth: ContractId(texts.decode_contract_id(data, depth)),
            lambda value, depth: str(texts.decode_contract_id(value, depth)),
        )
    )


def _checked(decode: Decode, encode: Callable[[Any, int], Any] | None = None) -> Codec[Any]:
    """Make a codec whose values are checked by reading what was written."""

    def checked(value: Any, depth: int) -> Any:
        data = encode(value, depth) if encode else value
        decode(data, depth)
        return data

    return Codec(lambda: Coding(decode, checked))


def _encode_int64(value: object, depth: int) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongJsonKind("an int", str(value))
    return numerics.encode_int64(value, depth)


def _decode_date(data: Any, depth: int) -> date:
    return date.fromordinal(times.decode_date(data, depth) + times.EPOCH_ORDINAL)


def _encode_date(value: object, _depth: int) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise WrongJsonKind("a datetime.date", str(value))
    return value.isoformat()


def _decode_timestamp(data: Any, depth: int) -> datetime:
    return _EPOCH + times.decode_timestamp(data, depth) * _MICROSECOND


def _encode_timestamp(value: object, depth: int) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise WrongJsonKind("a datetime.datetime with a time zone", str(value))
    micros = (value - _EPOCH) // _MICROSECOND
    if not times.TIMESTAMP_MIN <= micros <= times.TIMESTAMP_MAX:
        raise MalformedValue(f"out of bound Timestamp {micros}", hint="years run from 1 to 9999")
    return times.encode_timestamp(micros, depth)


UNIT: Final[Codec[Unit]] = Codec(lambda: Coding(texts.decode_unit, texts.encode_unit))
BOOL: Final[Codec[Bool]] = _checked(texts.decode_bool)
INT64: Final[Codec[Int64]] = _checked(numerics.decode_int64, _encode_int64)
TEXT: Final[Codec[Text]] = _checked(texts.decode_text)
PARTY: Final[Codec[Party]] = _checked(texts.decode_party)
DATE: Final[Codec[Date]] = _checked(_decode_date, _encode_date)
TIMESTAMP: Final[Codec[Timestamp]] = _checked(_decode_timestamp, _encode_timestamp)
