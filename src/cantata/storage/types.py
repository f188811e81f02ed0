"""Columns of Cantata's own types: amounts, what they add up to, points in time."""

from __future__ import annotations

import datetime as dt
import decimal
from functools import lru_cache
from typing import Any, final

from sqlalchemy import DateTime, Dialect, Numeric, func
from sqlalchemy.sql.functions import Function
from sqlalchemy.types import TypeDecorator

from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total

DIGITS = 38
SCALE = 10

MOMENTS_MAX = 16_384
"""Times that are kept in the database's form."""


@lru_cache(MOMENTS_MAX)
def stored_time(moment: Timestamp) -> dt.datetime:
    """Give the database's form of a time; the rows of one update have the same."""
    return moment.to_stdlib()


@final
class Amount(TypeDecorator[Decimal]):
    """NUMERIC(38, 10), read and written as `Decimal`; for sums of amounts there is `Sum`."""

    impl = Numeric(DIGITS, SCALE)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Give the database's number."""
        return None if value is None else value.to_stdlib()

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Read the database's number; MalformedDecimal if it does not fit."""
        return None if value is None else Decimal.from_stdlib(decimal.Decimal(value))


@final
class Sum(TypeDecorator[Total]):
    """NUMERIC of any size, read as `Total`, written as one or as `Decimal`: what amounts add up to.

    The ledger bounds an amount, and not how many a party has.
    """

    impl = Numeric
    cache_ok = True

    def process_bind_param(self, value: Total | Decimal | None, dialect: Dialect) -> Any:
        """Give the database's number."""
        return None if value is None else value.to_stdlib()

    def process_result_value(self, value: Any, dialect: Dialect) -> Total | None:
        """Read the database's number; MalformedDecimal if it is finer than an amount."""
        return None if value is None else Total.from_stdlib(decimal.Decimal(value))


def summed(amounts: Any) -> Function[Any]:
    """Add up a column of amounts, or of sums of them: a `Sum`, NULL for no rows."""
    return func.sum(amounts, type_=Sum)


@final
class Instant(TypeDecorator[Timestamp]):
    """TIMESTAMP WITH TIME ZONE, read and written as `Timestamp` in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: Timestamp | None, dialect: Dialect) -> Any:
        """Give the database's time."""
        return None if value is None else value.to_stdlib()

    def process_result_value(self, value: Any, dialect: Dialect) -> Timestamp | None:
        """Read the database's time."""
        if value is None:
            return None
        return Timestamp.from_stdlib(value.astimezone(dt.UTC))
