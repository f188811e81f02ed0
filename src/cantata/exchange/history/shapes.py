"""Reads values of the token standard out of JSON that anybody may have written.

Nothing here raises: what is not of the standard's shape is None, for contracts of look-alikes are
part of every history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
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

_NOTHING: dict[str, Any] = {}

TIMES_MAX = 4_096
"""Points in time that are kept read: one transfer tells the same ones several times."""

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
    return _moment(value) if isinstance(value, str) else None


@lru_cache(TIMES_MAX)
def _moment(value: str) -> Timestamp | None:
    try:
        return Timestamp.parse(value)
    except MalformedTime:
        return None


def instrument(value: Any) -> Instrument | None:
    """Give an instrument."""
    if type(value) is not dict:
        return None
    admin, name = value.get("admin"), value.get("id")
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
    if type(value) is not dict:
        return None
    of, quantity = instrument(value.get("instrumentId")), amount(value.get("amount"))
    sender, receiver = value.get("sender"), value.get("receiver")
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


def metadata(value: Any) -> dict[str, Any]:
    """Give the keys of metadata and what they say."""
    if type(value) is not dict:
        return _NOTHING
    found = value.get("values")
    return found if type(found) is dict else _NOTHING


def memo(value: Any) -> str | None:
    """Give the memo that metadata states."""
    return text(metadata(value).get(REASON))


def said(argument: Any, result: Any) -> list[dict[str, Any]]:
    """Give what a choice says of itself, in the order in which the later one has the last word.

    The order is that of the standard's other readers: the transfer's metadata, that of the extra
    arguments, of the argument, of the result. Empty ones are left out.
    """
    found = []
    if type(argument) is dict:
        inner = argument.get("transfer")
        found += [
            metadata(inner.get("meta")) if type(inner) is dict else _NOTHING,
            metadata(member(argument.get("extraArgs"), "meta")),
            metadata(argument.get("meta")),
        ]
    if type(result) is dict:
        found.append(metadata(result.get("meta")))
    return [each for each in found if each]


def merged(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Merge metadata; the last one wins."""
    found: dict[str, Any] = {}
    for each in parts:
        found.update(each)
    return found


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
