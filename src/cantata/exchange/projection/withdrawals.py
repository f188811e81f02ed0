"""Withdrawals as the ledger shows them: paid, offered, accepted or back, each posted once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from cantata.exchange.history.model import Entry as HistoryEntry
from cantata.exchange.history.model import EntryKind, Status
from cantata.exchange.model.journal import Book, BookKind, Entry
from cantata.exchange.model.treasury import ListedInstrument
from cantata.exchange.model.withdrawals import (
    FINAL,
    Withdrawal,
    WithdrawalKind,
    WithdrawalState,
    may_follow,
)
from cantata.exchange.policy.endings import hold, made_up, origin_of, paid, returned
from cantata.exchange.projection.books import Place, Whose, place_of
from cantata.exchange.projection.correlation import Going, Known, going_out, known
from cantata.exchange.projection.treasury import ZERO, Seen, instrument_id
from cantata.exchange.repository import journal, listings, withdrawals
from cantata.exchange.service.ending import settle_deposit, take_back, tell
from cantata.ingestion.model import Batch
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Clock, Timestamp
from cantata.kernel.totals import NOTHING, Total
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.session import WriteSession
from cantata.tokens.model import InstrumentId

_NAMESPACE = UUID("8f1c52d4-9c8e-5a3b-b1d7-4d1f0a7e6c21")
"""Withdrawals that nobody asked for here have the same id however often history is read."""

_ODD = frozenset({BookKind.LOSSES, BookKind.UNEXPLAINED})
"""Where goes what a payment took too much or too little, which is an alarm."""

_ENDED = {
    Status.REJECTED: WithdrawalState.REJECTED,
    Status.WITHDRAWN: WithdrawalState.WITHDRAWN,
    Status.FAILED: WithdrawalState.FAILED,
}
_log = events("exchange")


@dataclass(slots=True)
class _Work:
    """What a batch says of withdrawals, as far as it was read.

    `held` has what each withdrawal holds, with what is going to be posted of this batch.
    """

    listed: Mapping[InstrumentId, ListedInstrument]
    known: Known
    held: dict[UUID, Total]
    whose: dict[Place, Whose]


class Withdrawals:
    """An explainer of what goes out."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def explain(self, session: WriteSession, seen: Sequence[Seen]) -> Mapping[Place, Whose]:
        """Move withdrawals on, and give the accounts that their payments are taken from."""
        going = await going_out(session, seen)
        if not going:
            return {}
        work = _Work(
            listed=await listings.every(session),
            known=await known(session, going),
            held={},
            whose={},
        )
        for each in going:
            await self._step(session, each, work)
        return work.whose

    async def passed(self, session: WriteSession, batch: Batch) -> None:
        """Leave time alone: intents end when they are dead, and offers by a transaction."""

    async def _step(self, session: WriteSession, going: Going, work: _Work) -> None:
        """Move the withdrawal that an entry is about; make one if nobody asked for it here."""
        before = work.known.of(going)
        if before is not None and _was_read(before, going):
            return
        if before is not None and _is_second(before, going):
            _alarm("withdrawal_paid_twice", before, going)
            before = None
        if before is None:
            await self._recover(session, going, work)
            return
        again: tuple[Entry, ...] = ()
        after = _after(before, going, self._clock.now())
        if before.state in FINAL:
            _alarm("withdrawal_after_end", before, going)
            if going.is_step or not may_follow(before.state, after.state):
                return
            again = await self._held_again(session, before, going, work)
            # The money was given back and may be paid again: nobody is to accept this offer.
            after = replace(after, cancel_wanted=after.state is WithdrawalState.OFFERED)
        await withdrawals.save(session, before.state, after)
        work.known.note(after)
        await self._post(session, after, going, work, again)
        await self._ended(session, after)

    async def _recover(self, session: WriteSession, going: Going, work: _Work) -> None:
        """Write down a payment of which no request is known; support finds out whose it is."""
        entry = going.entry
        assert entry.instrument is not None, entry.update_id
        if entry.kind is not EntryKind.TRANSFER_OUT:
            return
        if instrument_id(entry.instrument) not in work.listed:
            return
        fresh = _recovered(going, work.known, self._clock.now())
        made = _after(fresh, going, self._clock.now())
        if not await withdrawals.add(session, made):
            return
        work.known.note(made)
        _alarm("withdrawal_recovered", made, going)
        await self._post(session, made, going, work, ())
        await self._ended(session, made)

    async def _held_again(
        self, session: WriteSession, before: Withdrawal, going: Going, work: _Work
    ) -> tuple[Entry, ...]:
        """Take the money again that was given back too early; what is missing is unexplained."""
        origin = origin_of(before)
        if origin is None:
            return ()
        total = Total.of((before.amount, before.fee))
        if origin.kind is BookKind.CUSTOMER:
            owed = -await journal.balance(session, origin, before.instrument, lock=True)
            origin = origin if owed >= total else Book(BookKind.UNEXPLAINED)
        work.held[before.id] = total
        return (hold(before, origin, _at(going, before), going.entry.update_id),)

    async def _post(
        self,
        session: WriteSession,
        after: Withdrawal,
        going: Going,
        work: _Work,
        again: tuple[Entry, ...],
    ) -> None:
        """Say whose the treasury's loss or gain is, and end what is held with the withdrawal."""
        place = place_of(going.seen, going.entry)
        if origin_of(after) is None:
            if after.kind is WithdrawalKind.RECOVERED and after.state is WithdrawalState.COMPLETED:
                work.whose[place] = Whose(Book.unexplained(after.id))
            return
        if after.id not in work.held:
            book = Book.held(after.id)
            work.held[after.id] = -await journal.balance(session, book, after.instrument)
        held, net = work.held[after.id], going.entry.net or ZERO
        ending = _ending(after, going, held, net, work)
        if any(posting.book.kind in _ODD for entry in ending for posting in entry.postings):
            _alarm("withdrawal_differs", after, going)
        entries = (*again, *ending)
        work.held[after.id] = NOTHING if after.state in FINAL else max(held + net, NOTHING)
        work.whose[place] = Whose(Book.held(after.id), entries)

    async def _ended(self, session: WriteSession, after: Withdrawal) -> None:
        """Do what follows from how a withdrawal is now."""
        now = self._clock.now()
        if after.state is WithdrawalState.OFFERED and after.cancel_wanted:
            await take_back(session, after, now)
        await settle_deposit(session, after, now)
        await tell(session, after, after.record_time or now)


def _was_read(before: Withdrawal, going: Going) -> bool:
    """Tell whether a step was written down before, or is older than what was."""
    if going.entry.update_id in {before.update_id, before.end_update_id} - {""}:
        return True
    at, last = going.entry.record_time, before.record_time
    if at is not None and last is not None and at < last:
        return True
    waits = before.state is WithdrawalState.OFFERED and going.entry.status is Status.PENDING
    return waits and before.instruction == going.entry.instruction_id


def _is_second(before: Withdrawal, going: Going) -> bool:
    """Tell whether a withdrawal that the ledger showed already is begun once more."""
    return not going.is_step and bool(before.update_id)


def _after(before: Withdrawal, going: Going, now: Timestamp) -> Withdrawal:
    """Give a withdrawal as an entry leaves it."""
    entry = going.entry
    seen = replace(
        before,
        offset=entry.offset,
        record_time=entry.record_time,
        updated_at=now,
        update_id=before.update_id or entry.update_id,
        end_update_id=entry.update_id if before.update_id else "",
        failure=None,
    )
    if entry.status is Status.PENDING:
        return _offered(seen, going)
    if entry.status is Status.COMPLETED:
        return replace(seen, state=WithdrawalState.COMPLETED)
    return replace(seen, state=_ended(before, entry), cancel_wanted=False)


def _offered(withdrawal: Withdrawal, going: Going) -> Withdrawal:
    """Give a withdrawal whose receiver, or registry, has to act; a later step is no end."""
    current = going.entry.instruction_id
    contract = None if current is None else ContractId(current)
    opened = {each.contract_id: each for each in going.seen.parsed.changes.opened}
    waiting = opened.get(current or "")
    until = None if waiting is None else waiting.transfer.execute_before
    return replace(
        withdrawal,
        state=WithdrawalState.OFFERED,
        end_update_id="",
        original_instruction=withdrawal.original_instruction or contract,
        instruction=contract,
        execute_before=until or withdrawal.execute_before,
    )


def _ended(before: Withdrawal, entry: HistoryEntry) -> WithdrawalState:
    """Tell how an offer ended; after its time it expired, whoever cleaned it up."""
    until, at = before.execute_before, entry.record_time
    over = until is not None and at is not None and until <= at
    if over and entry.status is not Status.REJECTED:
        return WithdrawalState.EXPIRED if before.instruction else WithdrawalState.FAILED
    return _ENDED[entry.status]


def _ending(
    after: Withdrawal, going: Going, held: Total, net: Decimal, work: _Work
) -> tuple[Entry, ...]:
    """Give what ends what is held, when the withdrawal ends."""
    at = _at(going, after)
    if after.state is WithdrawalState.COMPLETED:
        return (paid(after, held, net, at),)
    if after.state not in FINAL:
        missing = -(held + net)
        update = going.entry.update_id
        return (made_up(after, missing, at, update),) if missing > ZERO else ()
    fee = ZERO
    listed = work.listed.get(after.instrument)
    if after.state is WithdrawalState.REJECTED and listed is not None and after.account:
        fee = listed.policy.reject_fee
    return (returned(after, held, net, fee, at, going.entry.update_id),)


def _recovered(going: Going, known: Known, now: Timestamp) -> Withdrawal:
    """Give a withdrawal as far as the ledger tells of it; it has its own name if that is free."""
    entry, treasury = going.entry, going.seen.treasury.party
    assert entry.instrument is not None, entry.update_id
    place = "/".join(map(str, place_of(going.seen, entry)))
    name = going.named if going.named not in known.by_id else None
    first = going.steps[0] if going.steps else None
    return Withdrawal(
        id=name or uuid5(_NAMESPACE, place),
        kind=WithdrawalKind.RECOVERED,
        treasury=treasury,
        account=None,
        instrument=instrument_id(entry.instrument),
        amount=entry.amount if entry.amount is not None else abs(entry.net or ZERO),
        fee=ZERO,
        receiver=PartyId(entry.receiver) if entry.receiver else treasury,
        memo=entry.memo or "",
        state=WithdrawalState.REQUESTED,
        attempts=0,
        dead_after=None,
        execute_before=None,
        original_instruction=None if first is None else ContractId(first),
        instruction=None if first is None else ContractId(first),
        cancel_wanted=False,
        update_id="",
        end_update_id="",
        offset=None,
        record_time=None,
        failure=None,
        created_at=entry.record_time or now,
        updated_at=now,
    )


def _at(going: Going, withdrawal: Withdrawal) -> Timestamp:
    return going.entry.record_time or withdrawal.updated_at


def _alarm(name: str, withdrawal: Withdrawal, going: Going) -> None:
    metrics.ALARMS.labels(name).inc()
    _log.error(
        name.replace("withdrawal_", "withdrawal.", 1),
        withdrawal=str(withdrawal.id),
        state=withdrawal.state.value,
        treasury=going.seen.treasury.party,
        update_id=going.entry.update_id,
        instrument=str(withdrawal.instrument),
        amount=withdrawal.amount.to_wire(),
    )
