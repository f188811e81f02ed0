"""Reads values of the token standard out of JSON that anybody may have written.

Nothing here raises: what is not of the standard's shape is None, for contracts of look-alikes are
part of every history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cantata.exchange.history.model import Instrument, Lock, Transfer
from cantata.kernel import numeric
from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.kernel.money import SCALE, Decimal
from cantata.kernel.time import MalformedTime, RelTime, Timestamp

PREFIX = "splice.lfdecentralizedtrust.org/"
REASON = PREFIX + "reason"
TX_KIND = PREFIX + "tx-kind"
SENDER = PREFIX + "sender"
BURNED = PREFIX + "burned"

_NOTHING: Mapping[str, Any] = {}
_MICROSECONDS_DIGITS_MAX = 20


def member(value: Any, name: str) -> Any:
    """Give a member of an object; None if there is none, or no object."""
    return value.get(name) if isinstance(value, dict) else None


def text(value: Any) -> str | None:
    """Give a text."""
    return value if isinstance(value, str) else None


def texts(value: Any) -> tuple[str, ...]:
    """Give the texts of a list."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def units(value: Any) -> int | None:
    """Give an amount in units of 10⁻¹⁰; numbers of JSON are none, for they may be rounded."""
    return numeric.parse(value, SCALE) if isinstance(value, str) else None


def amount(value: Any) -> Decimal | None:
    """Give an amount."""
    found = units(value)
    return None if found is None else Decimal.from_units(found)


def moment(value: Any) -> Timestamp | None:
    """Give a point in time."""
    if not isinstance(value, str):
        return None
    try:
        return Timestamp.parse(value)
    except MalformedTime:
        return None


def instrument(value: Any) -> Instrument | None:
    """Give an instrument."""
    admin, name = member(value, "admin"), member(value, "id")
    if isinstance(admin, str) and isinstance(name, str):
        return Instrument(admin, name)
    return None


def owner(value: Any) -> str | None:
    """Give the owner of a holding or a transfer's end: a party, or an account that has one."""
    return value if isinstance(value, str) else text(member(value, "owner"))


def is_account(value: Any) -> bool:
    """Tell a party or an account, owned or not, from anything else."""
    return isinstance(value, str) or (isinstance(value, dict) and "owner" in value)


def lock(value: Any) -> Lock | None:
    """Give a lock; one that cannot be read locks for ever, so that nobody counts on it."""
    if value is None:
        return None
    return Lock(
        holders=texts(member(value, "holders")),
        expires_at=moment(member(value, "expiresAt")),
        expires_after=_span(member(value, "expiresAfter")),
        context=text(member(value, "context")) or "",
    )


def transfer(value: Any) -> Transfer | None:
    """Give a transfer of either version of the standard."""
    of, quantity = instrument(member(value, "instrumentId")), amount(member(value, "amount"))
    sender, receiver = member(value, "sender"), member(value, "receiver")
    if of is None or quantity is None or not (is_account(sender) and is_account(receiver)):
        return None
    return Transfer(
        sender=owner(sender),
        receiver=owner(receiver),
        instrument=of,
        amount=quantity,
        memo=memo(value.get("meta")),
        requested_at=moment(value.get("requestedAt")),
        execute_before=moment(value.get("executeBefore")),
        inputs=texts(value.get("inputHoldingCids")),
    )


def metadata(value: Any) -> Mapping[str, Any]:
    """Give the keys of metadata and what they say."""
    found = member(value, "values")
    return found if isinstance(found, dict) else _NOTHING


def memo(value: Any) -> str | None:
    """Give the memo that metadata states."""
    return text(metadata(value).get(REASON))


def merged_metadata(argument: Any, result: Any, between: Any = None) -> dict[str, Any]:
    """Merge what a choice says of itself; who answers for the instrument has the last word.

    The order is that of the standard's other readers: the transfer's metadata, that of the extra
    arguments, of the argument; then `between`, the metadata of the instruction; then the result's.
    """
    merged: dict[str, Any] = {}
    for each in _said(argument, result, between):
        merged.update(each)
    return merged


def _said(argument: Any, result: Any, between: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(argument, dict):
        yield metadata(member(argument.get("transfer"), "meta"))
        yield metadata(member(argument.get("extraArgs"), "meta"))
        yield metadata(argument.get("meta"))
    yield metadata(between)
    yield metadata(member(result, "meta"))


def outcome(result: Any) -> str:
    """Give how a transfer's step ended: Completed, Pending, Failed, or anything else."""
    tag = member(member(result, "output"), "tag")
    return tag.rpartition("_")[2] if isinstance(tag, str) else ""


def _span(value: Any) -> RelTime | None:
    """Read a span of time, `{"microseconds": "60000000"}`."""
    digits = member(value, "microseconds")
    try:
        if isinstance(digits, str) and len(digits) <= _MICROSECONDS_DIGITS_MAX:
            return RelTime(int(digits))
    except (ValueError, DamlArithmeticError):
        pass
    return None
