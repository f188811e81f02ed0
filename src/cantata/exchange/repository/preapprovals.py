"""The pre-approvals that treasuries are to have, and the contracts that were seen of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select
from sqlalchemy.dialects.postgresql import insert

from cantata.automation.model import Failure
from cantata.exchange.model.preapprovals import Form, Preapproval
from cantata.exchange.repository.tables import PREAPPROVALS
from cantata.kernel.ids import PartyId
from cantata.kernel.time import RelTime
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.model import InstrumentId

PREAPPROVALS_MAX = 10_000
_SECOND = 1_000_000
_KEY = ("treasury", "admin", "instrument")


async def save(session: WriteSession, wanted: Preapproval) -> None:
    """Write down a pre-approval that is to be, or what is known of it now."""
    row = _row(wanted)
    changed = {name: value for name, value in row.items() if name not in {*_KEY, "wanted_at"}}
    statement = insert(PREAPPROVALS).values(row)
    await session.run(statement.on_conflict_do_update(index_elements=_KEY, set_=changed))


async def find(
    session: ReadSession, treasury: PartyId, instrument: InstrumentId, *, lock: bool = False
) -> Preapproval | None:
    """Give one, or None."""
    statement = select(PREAPPROVALS).where(*_is(treasury, instrument))
    row = await session.first(statement.with_for_update() if lock else statement)
    return None if row is None else _preapproval(row)


async def every(session: ReadSession) -> tuple[Preapproval, ...]:
    """Give all of them, by treasury and instrument."""
    columns = PREAPPROVALS.c
    ordered = select(PREAPPROVALS).order_by(columns.treasury, columns.admin, columns.instrument)
    return tuple(map(_preapproval, await session.all(ordered.limit(PREAPPROVALS_MAX))))


async def remove(session: WriteSession, treasury: PartyId, instrument: InstrumentId) -> bool:
    """Care for one no longer; tell whether it was cared for."""
    return await session.run(delete(PREAPPROVALS).where(*_is(treasury, instrument))) > 0


def _is(treasury: PartyId, instrument: InstrumentId) -> tuple[ColumnElement[bool], ...]:
    return (
        PREAPPROVALS.c.treasury == treasury,
        PREAPPROVALS.c.admin == instrument.admin,
        PREAPPROVALS.c.instrument == instrument.id,
    )


def _preapproval(row: Row[Any]) -> Preapproval:
    return Preapproval(
        treasury=PartyId(row.treasury),
        instrument=InstrumentId(PartyId(row.admin), row.instrument),
        form=Form(row.form),
        provider=row.provider,
        term=RelTime(microseconds=row.term_seconds * _SECOND),
        contract_id=row.contract_id,
        expires_at=row.expires_at,
        checked_at=row.checked_at,
        intent=row.intent,
        failure=None if row.failure is None else Failure(**row.failure),
        wanted_at=row.wanted_at,
    )


def _row(wanted: Preapproval) -> dict[str, Any]:
    failure = wanted.failure
    return {
        "treasury": wanted.treasury,
        "admin": wanted.instrument.admin,
        "instrument": wanted.instrument.id,
        "form": wanted.form.value,
        "provider": wanted.provider,
        "term_seconds": wanted.term.microseconds // _SECOND,
        "contract_id": wanted.contract_id,
        "expires_at": wanted.expires_at,
        "checked_at": wanted.checked_at,
        "intent": wanted.intent,
        "failure": None
        if failure is None
        else {
            "code": failure.code,
            "message": failure.message,
            "hint": failure.hint,
            "context": dict(failure.context),
        },
        "wanted_at": wanted.wanted_at,
    }
