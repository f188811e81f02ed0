"""Opens treasuries: what a party holds at an offset becomes the opening of its books.

Nothing waits for the ledger while the cursor is locked: the party's state is read beforehand,
beyond where ingestion is, and cut to where the cursor is found.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from cantata.exchange.errors import LedgerTooFast, TreasuryExists
from cantata.exchange.history.model import Changes
from cantata.exchange.history.parser import parse
from cantata.exchange.history.state import State
from cantata.exchange.model.decisions import By
from cantata.exchange.model.journal import Book, BookKind, Entry, Occasion, pair
from cantata.exchange.model.treasury import SIGNED_BY_PARTICIPANT, Treasury
from cantata.exchange.objections import SignerNotConfigured, TreasuryUnknown
from cantata.exchange.repository import history, journal, treasuries
from cantata.exchange.service.auditing import note
from cantata.ingestion.repository import load_cursor
from cantata.ingestion.source import UpdateSource
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Clock
from cantata.ledger.model.events import CreatedEvent
from cantata.ledger.model.updates import Transaction
from cantata.storage.database import Database
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.model import InstrumentId

TRIES_MAX = 5
"""How often the state is read again because ingestion went past it."""

TAIL_MAX = 10_000
"""Transactions between the snapshot and the end of the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTreasury:
    """What is asked for."""

    party: PartyId
    name: str
    signer: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """A party's state at `at`, and the transactions after it up to `end`."""

    at: int
    end: int
    contracts: Sequence[CreatedEvent]
    tail: Sequence[Transaction]


class Treasuries:
    """The use cases of treasuries.

    `signers` are the names of those who sign, besides the participant for parties of its own.
    """

    def __init__(
        self,
        database: Database,
        source: UpdateSource,
        clock: Clock,
        signers: Collection[str] = (),
    ) -> None:
        self._database = database
        self._source = source
        self._clock = clock
        self._signers = (SIGNED_BY_PARTICIPANT, *sorted(signers))

    async def open(self, wanted: NewTreasury) -> Treasury:
        """Open a treasury with what its party holds; its history begins here.

        Raise SignerNotConfigured, TreasuryExists, or LedgerTooFast if ingestion cannot be met.
        """
        if wanted.signer not in self._signers:
            raise SignerNotConfigured(wanted.signer, self._signers)
        for _ in range(TRIES_MAX):
            async with self._database.read() as session:
                begin = (await load_cursor(session)).offset
            reading = await self._read(begin)
            async with self._database.write() as session:
                cursor = (await load_cursor(session, lock=True)).offset
                if reading.at <= cursor <= reading.end:
                    return await self._opened(session, wanted, reading, cursor)
        raise LedgerTooFast(wanted.name, TRIES_MAX)

    async def find(self, session: ReadSession, party: PartyId) -> Treasury:
        """Give a treasury; raise TreasuryUnknown."""
        found = await treasuries.find(session, party)
        if found is None:
            raise TreasuryUnknown(party)
        return found

    async def allow(self, session: WriteSession, party: PartyId, by: By, *, pays: bool) -> Treasury:
        """Let a treasury pay, or let its withdrawals wait; raise TreasuryUnknown."""
        if await treasuries.lock(session, party) is None:
            raise TreasuryUnknown(party)
        await treasuries.allow(session, party, withdrawals=pays)
        action = "treasury.enabled" if pays else "treasury.disabled"
        await note(session, by, action, party, self._clock.now())
        return await self.find(session, party)

    async def _read(self, at: int) -> _Reading:
        """Read the party's contracts where ingestion is, and what came after."""
        contracts: list[CreatedEvent] = []
        if at > 0:
            async with aclosing(self._source.snapshot(at)) as active:
                async for contract in active:
                    contracts.append(contract.event)  # noqa: PERF401 - an asynchronous iterator
        end = await self._source.end()
        tail: list[Transaction] = []
        if end > at:
            async with aclosing(self._source.follow(at, end)) as updates:
                async for update in updates:
                    if isinstance(update, Transaction):
                        tail.append(update)
                    if len(tail) > TAIL_MAX:
                        return _Reading(at, tail[-1].offset - 1, contracts, tail[:-1])
        return _Reading(at, max(at, end), contracts, tail)

    async def _opened(
        self, session: WriteSession, wanted: NewTreasury, reading: _Reading, cursor: int
    ) -> Treasury:
        treasury = Treasury(
            party=wanted.party,
            name=wanted.name,
            signer=wanted.signer,
            withdrawals_enabled=True,
            safe_after=None,
            from_offset=cursor,
            created_at=self._clock.now(),
        )
        if not await treasuries.add(session, treasury):
            raise TreasuryExists(wanted.party, wanted.name)
        state = State.of_contracts(wanted.party, reading.contracts)
        for transaction in reading.tail:
            if transaction.offset <= cursor:
                state.apply(parse(wanted.party, state, transaction).changes)
        opening = Changes(
            created=tuple(state.holdings.values()), opened=tuple(state.instructions.values())
        )
        await history.add_changes(session, wanted.party, opening, cursor)
        await journal.record(session, [await _opening(session, treasury)])
        return treasury


async def _opening(session: WriteSession, treasury: Treasury) -> Entry:
    """Give the first entry of a treasury's books."""
    held = await history.totals(session, treasury.party)
    book = Book.treasury(treasury.party)
    return Entry(
        occasion=Occasion.OPENED,
        reference=treasury.party,
        at=treasury.created_at,
        postings=tuple(
            posting
            for instrument, amount in sorted(held.items(), key=_by_name)
            for posting in pair(book, Book(BookKind.OPENING), instrument, amount)
        ),
    )


def _by_name(held: tuple[InstrumentId, object]) -> InstrumentId:
    return held[0]
