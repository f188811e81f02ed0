"""What the ledger showed of treasuries: holdings, instructions, and the entries that say why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from cantata.exchange.history.model import (
    Changes,
    Entry,
    EntryKind,
    Finding,
    Holding,
    Instruction,
    Instrument,
    Lock,
    Transfer,
)
from cantata.exchange.history.state import State
from cantata.exchange.model.deposits import Deposit
from cantata.exchange.repository.tables import ENTRIES, HOLDINGS, INSTRUCTIONS
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.kernel.totals import Total
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import summed
from cantata.tokens.model import InstrumentId

ROWS_MAX = 1_000
"""Rows of one statement; the driver bounds the parameters of a statement."""


async def state(session: ReadSession, party: PartyId, contracts: Iterable[str]) -> State:
    """Give what is known of a treasury, as far as it is about these contracts."""
    wanted = list(contracts)
    held = await session.all(
        select(HOLDINGS).where(
            HOLDINGS.c.contract_id == func.any(wanted),
            HOLDINGS.c.treasury == party,
            HOLDINGS.c.archived_offset.is_(None),
        )
    )
    waiting = await session.all(
        select(INSTRUCTIONS).where(
            INSTRUCTIONS.c.treasury == party,
            INSTRUCTIONS.c.contract_id == func.any(wanted),
            INSTRUCTIONS.c.closed_offset.is_(None),
        )
    )
    return State(party, map(holding_of, held), map(instruction_of, waiting))


async def updates_read(
    session: ReadSession, party: PartyId, updates: Iterable[str]
) -> frozenset[str]:
    """Give which of some updates were read for a treasury before, by what they are told by."""
    rows = await session.all(
        select(ENTRIES.c.update_id)
        .where(ENTRIES.c.update_id == func.any(list(updates)), ENTRIES.c.treasury == party)
        .distinct()
    )
    return frozenset(row.update_id for row in rows)


async def add_changes(session: WriteSession, party: PartyId, changes: Changes, offset: int) -> None:
    """Write down what a transaction left changed."""
    for rows in _portions([_holding_row(party, each, offset) for each in changes.created]):
        await session.run(insert(HOLDINGS).values(rows).on_conflict_do_nothing())
    for rows in _portions([_instruction_row(party, each, offset) for each in changes.opened]):
        await session.run(insert(INSTRUCTIONS).values(rows).on_conflict_do_nothing())
    if changes.archived:
        gone = HOLDINGS.c.contract_id == func.any(list(changes.archived))
        await session.run(update(HOLDINGS).where(gone).values(archived_offset=offset))
    if changes.closed:
        gone = INSTRUCTIONS.c.contract_id == func.any(list(changes.closed))
        of = INSTRUCTIONS.c.treasury == party
        await session.run(update(INSTRUCTIONS).where(of, gone).values(closed_offset=offset))


async def add_entries(session: WriteSession, party: PartyId, entries: Sequence[Entry]) -> None:
    """Write down entries of one transaction, in their order."""
    rows = [_entry_row(party, entry, place) for place, entry in enumerate(entries)]
    for portion in _portions(rows):
        await session.run(insert(ENTRIES).values(portion).on_conflict_do_nothing())


async def holdings(session: ReadSession, party: PartyId, limit: int) -> tuple[Holding, ...]:
    """Give the active holdings of a treasury, at most `limit`."""
    rows = await session.all(
        select(HOLDINGS)
        .where(HOLDINGS.c.treasury == party, HOLDINGS.c.archived_offset.is_(None))
        .order_by(HOLDINGS.c.contract_id)
        .limit(limit)
    )
    return tuple(map(holding_of, rows))


async def totals(session: ReadSession, party: PartyId) -> dict[InstrumentId, Total]:
    """Give what a treasury holds of each instrument, locked holdings included."""
    of = (HOLDINGS.c.admin, HOLDINGS.c.instrument)
    rows = await session.all(
        select(*of, summed(HOLDINGS.c.amount).label("amount"))
        .where(HOLDINGS.c.treasury == party, HOLDINGS.c.archived_offset.is_(None))
        .group_by(*of)
    )
    return {InstrumentId(PartyId(row.admin), row.instrument): row.amount for row in rows}


async def came_with(
    session: ReadSession, deposit: Deposit
) -> tuple[tuple[Finding, ...], tuple[Holding, ...]]:
    """Give what an incoming transfer warned of, and the holdings that it made."""
    row = await session.first(
        select(ENTRIES.c.content, ENTRIES.c.kind, ENTRIES.c.admin, ENTRIES.c.instrument)
        .where(
            ENTRIES.c.treasury == deposit.treasury,
            ENTRIES.c.update_id == deposit.update_id,
            ENTRIES.c.node_id == deposit.node_id,
        )
        .order_by(ENTRIES.c.position)
        .offset(deposit.position)
        .limit(1)
    )
    known = (EntryKind.TRANSFER_IN.value, deposit.instrument.admin, deposit.instrument.id)
    if row is None or (row.kind, row.admin, row.instrument) != known:
        return (), ()
    made = HOLDINGS.c.contract_id == func.any(list(row.content["created"]))
    rows = await session.all(select(HOLDINGS).where(made).order_by(HOLDINGS.c.contract_id))
    return findings_of(row.content), tuple(map(holding_of, rows))


def holding_of(row: Row[Any]) -> Holding:
    """Read a holding."""
    return Holding(
        contract_id=row.contract_id,
        instrument=Instrument(row.admin, row.instrument),
        owner=row.treasury,
        amount=row.amount,
        lock=None if row.lock is None else _lock_of(row.lock),
        created_at=row.created_at,
        template_id=row.template_id,
        package_name=row.package_name,
        admin_signed=row.admin_signed,
        views_agree=row.views_agree,
    )


def instruction_of(row: Row[Any]) -> Instruction:
    """Read an instruction."""
    return Instruction(
        contract_id=row.contract_id,
        original_id=row.original_id,
        transfer=_transfer_of(row.transfer),
        awaits_receiver=row.awaits_receiver,
        created_at=row.created_at,
        template_id=row.template_id,
        package_name=row.package_name,
        admin_signed=row.admin_signed,
    )


def _portions(rows: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    return (rows[start : start + ROWS_MAX] for start in range(0, len(rows), ROWS_MAX))


def _holding_row(party: PartyId, holding: Holding, offset: int) -> dict[str, Any]:
    lock = holding.lock
    return {
        "contract_id": holding.contract_id,
        "treasury": party,
        "admin": holding.instrument.admin,
        "instrument": holding.instrument.id,
        "amount": holding.amount,
        "lock": None if lock is None else _lock_json(lock),
        "usable_from": None if lock is None else lock.expiry(holding.created_at),
        "template_id": holding.template_id,
        "package_name": holding.package_name,
        "admin_signed": holding.admin_signed,
        "views_agree": holding.views_agree,
        "created_at": holding.created_at,
        "created_offset": offset,
    }


def _instruction_row(party: PartyId, instruction: Instruction, offset: int) -> dict[str, Any]:
    return {
        "treasury": party,
        "contract_id": instruction.contract_id,
        "original_id": instruction.original_id,
        "transfer": _transfer_json(instruction.transfer),
        "awaits_receiver": instruction.awaits_receiver,
        "template_id": instruction.template_id,
        "package_name": instruction.package_name,
        "admin_signed": instruction.admin_signed,
        "created_at": instruction.created_at,
        "created_offset": offset,
    }


def _entry_row(party: PartyId, entry: Entry, place: int) -> dict[str, Any]:
    instrument = entry.instrument
    return {
        "treasury": party,
        "ledger_offset": entry.offset,
        "position": place,
        "node_id": entry.node_id,
        "update_id": entry.update_id,
        "record_time": entry.record_time,
        "kind": entry.kind.value,
        "status": entry.status.value,
        "sender": entry.sender or "",
        "receiver": entry.receiver or "",
        "admin": "" if instrument is None else instrument.admin,
        "instrument": "" if instrument is None else instrument.id,
        "amount": entry.amount,
        "memo": entry.memo or "",
        "instruction": entry.instruction_id or "",
        "original_instruction": entry.original_instruction_id or "",
        "content": _content(entry),
    }


def _content(entry: Entry) -> dict[str, Any]:
    """Give what is kept of an entry for support and auditors only."""
    source = entry.source
    return {
        "net": None if entry.net is None else entry.net.to_wire(),
        "burned": entry.burned.to_wire(),
        "created": [each.contract_id for each in entry.created],
        "archived": [each.contract_id for each in entry.archived],
        "findings": [finding.value for finding in entry.findings],
        "choice": "" if source is None else source.choice,
        "template": "" if source is None else source.template_id,
        "package": "" if source is None else source.package_name,
        "actors": [] if source is None else list(source.actors),
    }


def findings_of(content: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Read what an entry warns of."""
    return tuple(map(Finding, content["findings"]))


def _lock_json(lock: Lock) -> dict[str, Any]:
    after = lock.expires_after
    return {
        "holders": list(lock.holders),
        "expires_at": None if lock.expires_at is None else str(lock.expires_at),
        "expires_after": None if after is None else after.microseconds,
        "context": lock.context,
    }


def _lock_of(stored: Mapping[str, Any]) -> Lock:
    at, after = stored["expires_at"], stored["expires_after"]
    return Lock(
        holders=tuple(stored["holders"]),
        expires_at=None if at is None else Timestamp.parse(at),
        expires_after=None if after is None else RelTime(microseconds=after),
        context=stored["context"],
    )


def _transfer_json(transfer: Transfer) -> dict[str, Any]:
    requested, before = transfer.requested_at, transfer.execute_before
    return {
        "sender": transfer.sender,
        "receiver": transfer.receiver,
        "admin": transfer.instrument.admin,
        "instrument": transfer.instrument.id,
        "amount": transfer.amount.to_wire(),
        "memo": transfer.memo,
        "requested_at": None if requested is None else str(requested),
        "execute_before": None if before is None else str(before),
        "inputs": list(transfer.inputs),
    }


def _transfer_of(stored: Mapping[str, Any]) -> Transfer:
    requested, before = stored["requested_at"], stored["execute_before"]
    return Transfer(
        sender=stored["sender"],
        receiver=stored["receiver"],
        instrument=Instrument(stored["admin"], stored["instrument"]),
        amount=Decimal(stored["amount"]),
        memo=stored["memo"],
        requested_at=None if requested is None else Timestamp.parse(requested),
        execute_before=None if before is None else Timestamp.parse(before),
        inputs=tuple(stored["inputs"]),
    )
