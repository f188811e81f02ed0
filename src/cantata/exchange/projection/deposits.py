"""Deposits as the ledger shows them: credited at first sight, once, to whom the memo names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from cantata.exchange.history.model import Entry, EntryKind, Status
from cantata.exchange.model.customers import CustomerAccount
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.model.treasury import ListedInstrument
from cantata.exchange.policy.deposits import verdict
from cantata.exchange.policy.memos import named_by
from cantata.exchange.projection.books import Place, place_of
from cantata.exchange.projection.treasury import ZERO, Seen, instrument_id
from cantata.exchange.repository import customers, deposits, listings, treasuries
from cantata.ingestion.model import Batch
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.time import Clock, Timestamp
from cantata.storage.outbox import News, publish
from cantata.storage.session import WriteSession
from cantata.tokens.model import InstrumentId

_NAMESPACE = UUID("2f6d0a1e-6f0e-5d53-8a3f-0d5a6a3f7b10")
"""Deposits have the same id however often, and wherever, their history is read."""

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
    """What a batch of deposits is judged by."""

    listed: Mapping[InstrumentId, ListedInstrument]
    accounts: Mapping[str, CustomerAccount]
    known: dict[tuple[PartyId, str], Deposit]
    treasuries: frozenset[str]


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
        facts = await _facts(session, coming)
        news: list[News] = []
        books: dict[Place, Book] = {}
        for each, entry in coming:
            deposit = await self._step(session, each, entry, facts)
            if deposit.original_instruction is not None:
                facts.known[each.treasury.party, deposit.original_instruction] = deposit
            news.append(_news(deposit))
            if entry.status is Status.COMPLETED:
                books[place_of(each, entry)] = _book(deposit)
        await publish(session, news)
        return books

    async def passed(self, session: WriteSession, batch: Batch) -> None:
        """Leave time alone: an offer's end is shown by the ledger."""

    async def _step(
        self, session: WriteSession, seen: Seen, entry: Entry, facts: _Facts
    ) -> Deposit:
        """Write down a deposit as it is now."""
        offer = entry.original_instruction_id or entry.instruction_id
        before = None if offer is None else facts.known.get((seen.treasury.party, offer))
        deposit = self._now(seen, entry, facts, before)
        if before is None:
            await deposits.add(session, deposit)
        else:
            await deposits.save(session, before.state, deposit)
        return deposit

    def _now(self, seen: Seen, entry: Entry, facts: _Facts, before: Deposit | None) -> Deposit:
        memo = entry.memo if before is None or entry.memo else before.memo
        account = facts.accounts.get(named_by(memo) or "")
        listed = facts.listed.get(_instrument(entry))
        found = replace(
            before or _fresh(seen, entry, self._clock.now()),
            account=None if account is None else account.id,
            updated_at=self._clock.now(),
        )
        if entry.status is Status.PENDING:
            current = None if entry.instruction_id is None else ContractId(entry.instruction_id)
            return replace(found, state=DepositState.OFFERED, instruction=current)
        ours = replace(
            found,
            update_id=entry.update_id,
            node_id=entry.node_id,
            offset=entry.offset,
            record_time=seen.transaction.record_time or found.record_time,
        )
        if entry.status is not Status.COMPLETED:
            return replace(ours, state=_ended(entry, ours))
        judged = verdict(
            entry, listed, account, from_treasury=(entry.sender or "") in facts.treasuries
        )
        return replace(
            ours,
            amount=entry.net if entry.net is not None else ours.amount,
            state=judged.state,
            reason="" if judged.reason is None else judged.reason.value,
        )


async def _facts(session: WriteSession, coming: Sequence[tuple[Seen, Entry]]) -> _Facts:
    """Load everything that the deposits of a batch are about, with few statements."""
    memos = {named_by(entry.memo) for _, entry in coming} - {None}
    offers: dict[PartyId, set[str]] = {}
    for each, entry in coming:
        offer = entry.original_instruction_id or entry.instruction_id
        if offer is not None:
            offers.setdefault(each.treasury.party, set()).add(offer)
    known: dict[tuple[PartyId, str], Deposit] = {}
    for party in sorted(offers):
        found = await deposits.by_instructions(session, party, offers[party])
        known.update(((party, offer), deposit) for offer, deposit in found.items())
        memos |= {named_by(deposit.memo) for deposit in found.values()} - {None}
    return _Facts(
        listed=await listings.every(session),
        accounts=await customers.by_memos(session, [memo for memo in memos if memo]),
        known=known,
        treasuries=frozenset(each.party for each in await treasuries.every(session)),
    )


def _fresh(seen: Seen, entry: Entry, now: Timestamp) -> Deposit:
    """Begin a deposit with what was first seen of it."""
    offer = entry.original_instruction_id or entry.instruction_id
    place = "/".join(map(str, place_of(seen, entry)))
    opened = {each.contract_id: each for each in seen.parsed.changes.opened}
    waiting = opened.get(entry.instruction_id or "")
    return Deposit(
        id=uuid5(_NAMESPACE, f"{seen.treasury.party}/{offer}" if offer else place),
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


def _news(deposit: Deposit) -> News:
    """Tell the exchange's own systems of a deposit."""
    return News(
        at=deposit.record_time,
        topic=f"exchange.deposit.{deposit.state.value}",
        audience=deposit.treasury,
        content={
            "deposit": str(deposit.id),
            "account": None if deposit.account is None else str(deposit.account),
            "admin": deposit.instrument.admin,
            "instrument": deposit.instrument.id,
            "amount": deposit.amount.to_wire(),
            "sender": deposit.sender,
            "memo": deposit.memo,
            "reason": deposit.reason,
            "update_id": deposit.update_id,
            "offset": deposit.offset,
        },
    )
