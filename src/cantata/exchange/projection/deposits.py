"""Deposits as the ledger shows them: credited at first sight, once, to whom the memo names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cantata.exchange.history.model import Entry, EntryKind, Status
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.policy.deposits import verdict
from cantata.exchange.projection.books import Place, place_of
from cantata.exchange.projection.treasury import ZERO, Seen, instrument_id
from cantata.exchange.repository import deposits
from cantata.exchange.service.accepting import (
    Surroundings,
    decided,
    deposit_id,
    news_of,
    surroundings,
)
from cantata.ingestion.model import Batch
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.time import Clock, Timestamp
from cantata.storage.outbox import News, publish
from cantata.storage.session import WriteSession
from cantata.tokens.model import InstrumentId

_ENDED = {
    Status.REJECTED: DepositState.REJECTED,
    Status.WITHDRAWN: DepositState.WITHDRAWN,
    Status.FAILED: DepositState.FAILED,
}
_BOOKS = {
    DepositState.SUSPENSE: Book(BookKind.SUSPENSE),
    DepositState.UNLISTED: Book(BookKind.UNLISTED),
}


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a batch of deposits is judged by, and the deposits whose offers it is about."""

    around: Surroundings
    known: dict[tuple[PartyId, str], Deposit]
    now: Timestamp


class Deposits:
    """An explainer of what comes in."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def explain(self, session: WriteSession, seen: Sequence[Seen]) -> Mapping[Place, Book]:
        """Write down deposits, and give the accounts that they are credited to."""
        coming = [
            (each, entry)
            for each in seen
            for entry in each.parsed.entries
            if entry.kind is EntryKind.TRANSFER_IN and entry.instrument is not None
        ]
        if not coming:
            return {}
        facts = await _facts(session, coming, self._clock.now())
        news: list[News] = []
        books: dict[Place, Book] = {}
        for each, entry in coming:
            deposit = await self._step(session, each, entry, facts)
            if deposit.original_instruction is not None:
                facts.known[each.treasury.party, deposit.original_instruction] = deposit
            news.append(news_of(deposit))
            if entry.status is Status.COMPLETED:
                books[place_of(each, entry)] = _book(deposit)
        await publish(session, news)
        return books

    async def passed(self, session: WriteSession, batch: Batch) -> None:
        """Leave time alone: an offer's end is shown by the ledger."""

    async def _step(
        self, session: WriteSession, seen: Seen, entry: Entry, facts: _Facts
    ) -> Deposit:
        """Write down a deposit as it is now, and have it accepted if it is to be."""
        treasury, offer = seen.treasury.party, _offer(entry)
        before = None if offer is None else facts.known.get((treasury, offer))
        deposit = await self._next(session, seen, entry, facts, before)
        if before is None:
            if await deposits.add(session, deposit) or offer is None:
                return deposit
            # Somebody else wrote it down since the facts were loaded.
            before = (await deposits.by_instructions(session, treasury, [offer])).get(offer)
            if before is None:
                return deposit
            deposit = await self._next(session, seen, entry, facts, before)
        await deposits.save(session, before.state, deposit)
        return deposit

    async def _next(
        self,
        session: WriteSession,
        seen: Seen,
        entry: Entry,
        facts: _Facts,
        before: Deposit | None,
    ) -> Deposit:
        deposit = self._now(seen, entry, facts, before)
        if entry.status is not Status.PENDING:
            return deposit
        opened = {each.contract_id: each for each in seen.parsed.changes.opened}
        offer = opened.get(entry.instruction_id or "")
        return await decided(session, deposit, offer, facts.around, facts.now)

    def _now(self, seen: Seen, entry: Entry, facts: _Facts, before: Deposit | None) -> Deposit:
        memo = entry.memo if before is None or entry.memo else before.memo
        account = facts.around.account_of(memo or "")
        found = replace(
            before or _fresh(seen, entry, facts.now),
            account=None if account is None else account.id,
            due_at=None,
            updated_at=facts.now,
        )
        if entry.status is Status.PENDING:
            current = None if entry.instruction_id is None else ContractId(entry.instruction_id)
            return replace(found, state=DepositState.OFFERED, instruction=current)
        ours = replace(
            found,
            update_id=entry.update_id,
            node_id=entry.node_id,
            position=entry.position,
            offset=entry.offset,
            record_time=seen.transaction.record_time or found.record_time,
        )
        if entry.status is not Status.COMPLETED:
            return replace(ours, state=_ended(entry, ours))
        judged = verdict(
            entry,
            facts.around.listed.get(_instrument(entry)),
            account,
            from_treasury=(entry.sender or "") in facts.around.treasuries,
        )
        return replace(
            ours,
            amount=entry.net if entry.net is not None else ours.amount,
            state=judged.state,
            reason="" if judged.reason is None else judged.reason.value,
        )


async def _facts(
    session: WriteSession, coming: Sequence[tuple[Seen, Entry]], now: Timestamp
) -> _Facts:
    """Load everything that the deposits of a batch are about, with few statements."""
    memos = [entry.memo or "" for _, entry in coming]
    offers: dict[PartyId, set[str]] = {}
    for each, entry in coming:
        offer = _offer(entry)
        if offer is not None:
            offers.setdefault(each.treasury.party, set()).add(offer)
    known: dict[tuple[PartyId, str], Deposit] = {}
    for party in sorted(offers):
        found = await deposits.by_instructions(session, party, offers[party])
        known.update(((party, offer), deposit) for offer, deposit in found.items())
        memos += [deposit.memo for deposit in found.values()]
    return _Facts(around=await surroundings(session, memos), known=known, now=now)


def _offer(entry: Entry) -> str | None:
    """Give the first contract of the offer that an entry is about."""
    return entry.original_instruction_id or entry.instruction_id


def _fresh(seen: Seen, entry: Entry, now: Timestamp) -> Deposit:
    """Begin a deposit with what was first seen of it."""
    offer = _offer(entry)
    place = "/".join(map(str, place_of(seen, entry)))
    opened = {each.contract_id: each for each in seen.parsed.changes.opened}
    waiting = opened.get(entry.instruction_id or "")
    return Deposit(
        id=deposit_id(seen.treasury.party, offer or place),
        treasury=seen.treasury.party,
        instrument=_instrument(entry),
        amount=entry.amount if entry.amount is not None else entry.net or ZERO,
        sender=PartyId(entry.sender) if entry.sender else seen.treasury.party,
        memo=entry.memo or "",
        account=None,
        state=DepositState.OFFERED,
        reason="",
        update_id=entry.update_id,
        node_id=entry.node_id,
        position=entry.position,
        offset=entry.offset,
        record_time=seen.transaction.record_time or now,
        original_instruction=None if offer is None else ContractId(offer),
        instruction=None if waiting is None else ContractId(waiting.contract_id),
        execute_before=None if waiting is None else waiting.transfer.execute_before,
        tries=0,
        failure=None,
        updated_at=now,
    )


def _instrument(entry: Entry) -> InstrumentId:
    assert entry.instrument is not None, entry.update_id
    return instrument_id(entry.instrument)


def _ended(entry: Entry, deposit: Deposit) -> DepositState:
    """Tell how an offer ended; after its time it expired, whoever cleaned it up."""
    until, at = deposit.execute_before, entry.record_time
    if entry.status is not Status.REJECTED and until is not None and at is not None and until <= at:
        return DepositState.EXPIRED
    return _ENDED[entry.status]


def _book(deposit: Deposit) -> Book:
    if deposit.state is DepositState.CREDITED and deposit.account is not None:
        return Book.customer(deposit.account)
    return _BOOKS[deposit.state]
