"""The times at which a prepared transaction may still be recorded."""

from __future__ import annotations

from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.lf.interactive.model import Metadata
from cantata.sandbox.participant.commands.parse import TOLERANCE_MICROS
from cantata.sandbox.participant.errors import Refusal
from cantata.sandbox.participant.events.render import instant

PREPARATION_TOLERANCE_MICROS = 24 * 3_600 * 1_000_000
"""How far the time of preparation may be from the time of recording."""


def require_in_time(metadata: Metadata, ledger_time: int, now: int) -> None:
    """Refuse a transaction that comes too late or too early; times are in microseconds."""
    if abs(ledger_time - now) > TOLERANCE_MICROS:
        raise _out_of_bound("LEDGER", ledger_time, now, TOLERANCE_MICROS)
    prepared_at = metadata.preparation_time
    if abs(prepared_at - now) > PREPARATION_TOLERANCE_MICROS:
        raise _out_of_bound("PREPARATION", prepared_at, now, PREPARATION_TOLERANCE_MICROS)
    latest = metadata.max_record_time
    if latest is not None and now > latest:
        raise Refusal(
            "LOCAL_VERDICT_MAX_RECORD_TIME_EXCEEDED",
            f"The record time ({instant(now)}) exceeds the maximum record time ({_at(latest)})",
            context={"recordTime": instant(now), "maximumRecordTime": _at(latest)},
        )


def _out_of_bound(kind: str, time: int, now: int, tolerance: int) -> Refusal:
    name = kind.lower()
    return Refusal(
        f"LOCAL_VERDICT_{kind}_TIME_OUT_OF_BOUND",
        f"Rejected transaction because delta of the {name} time and the record time exceeds the "
        f"limit of {tolerance // 1_000_000} s: {name} time {_at(time)}, record time {instant(now)}",
        context={f"{name}Time": _at(time), "recordTime": instant(now)},
    )


def _at(time: int) -> str:
    """Show a time that comes from a request, which may be none of the calendar."""
    try:
        return instant(time)
    except DamlArithmeticError:
        return f"{time} microseconds"
