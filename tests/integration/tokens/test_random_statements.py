"""Whatever happened, every holder's statement of every period adds up, as a replay says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cantata.ingestion.service import Ingester
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.kernel.totals import NOTHING, Total
from cantata.ledger.model.events import Event, InterfaceView
from cantata.ledger.model.updates import Transaction
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens import history as reading
from cantata.tokens.model import InstrumentId
from cantata.tokens.projection.contracts import ContractsProjection
from cantata.tokens.projection.holdings import HoldingsProjection
from cantata.tokens.statements.model import Statement
from cantata.tokens.statements.service import statement
from tests.integration.ingestion.history import START, archived, created, transaction
from tests.integration.world import empty_database

NAMESPACE = "1220" + "ab" * 32
OWNERS = [PartyId(f"{name}::{NAMESPACE}") for name in ("alice", "bob", "carol")]
INSTRUMENTS = [
    InstrumentId(PartyId(f"{admin}::{NAMESPACE}"), name)
    for admin, name in (("mint", "GOLD"), ("mint", "SILVER"), ("other", "GOLD"))
]


@dataclass(frozen=True)
class Piece:
    """A holding that a transaction makes."""

    owner: PartyId
    instrument: InstrumentId
    units: int
    is_locked: bool

    @property
    def amount(self) -> Decimal:
        return Decimal.from_units(self.units)

    def view(self) -> dict[str, Any]:
        lock = {"holders": [self.instrument.admin], "expiresAt": None, "context": "test"}
        return {
            "owner": self.owner,
            "instrumentId": {"admin": self.instrument.admin, "id": self.instrument.id},
            "amount": str(self.amount),
            "lock": lock if self.is_locked else None,
        }


@dataclass(frozen=True)
class Delta:
    """What a transaction did to a party's balance."""

    at: Timestamp
    owner: PartyId
    instrument: InstrumentId
    amount: Decimal


PIECES = st.builds(
    Piece,
    owner=st.sampled_from(OWNERS),
    instrument=st.sampled_from(INSTRUMENTS),
    units=st.integers(1, 10**30) | st.integers(10**38 - 10**9, 10**38 - 1),
    is_locked=st.booleans(),
)
STEPS = st.lists(
    st.tuples(
        st.lists(PIECES, max_size=4),
        st.lists(st.integers(0, 10**6), max_size=3),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=12,
)
"""Each transaction: holdings made, which of the older ones go, and how much later it is."""
PERIODS = st.lists(st.tuples(st.integers(-1, 30), st.integers(0, 30)), min_size=1, max_size=4)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, periods=PERIODS)
def test_statements_equal_a_replay(
    database_server: str,
    template_database: str,
    steps: Sequence[tuple[list[Piece], list[int], int]],
    periods: Sequence[tuple[int, int]],
) -> None:
    updates, deltas = played(steps)
    with empty_database(database_server, template_database) as stored:
        asyncio.run(compared(stored, updates, deltas, periods))


async def compared(
    stored: DatabaseSettings,
    updates: Sequence[Transaction],
    deltas: Sequence[Delta],
    periods: Sequence[tuple[int, int]],
) -> None:
    async with Database(stored) as database:
        ingester = Ingester(database, [HoldingsProjection(), ContractsProjection()])
        await ingester.begin()
        for begin, end in ((0, 1), (1, 4), (4, len(updates))):
            if updates[begin:end]:
                await ingester.apply(updates[begin:end])
        async with database.read() as session:
            for begin, length in periods:
                first = START + RelTime(begin)
                last = first + RelTime(length + 1)
                for owner in OWNERS:
                    found = await statement(session, owner, first, last)
                    check(found, [delta for delta in deltas if delta.owner == owner])


def check(found: Statement, deltas: Sequence[Delta]) -> None:
    """Compare a statement with what its owner's holdings did, added up by hand."""
    sections = {section.instrument: section for section in found.sections}
    for instrument in INSTRUMENTS:
        mine = [delta for delta in deltas if delta.instrument == instrument]
        opening = total(each for each in mine if each.at < found.begin)
        closing = total(each for each in mine if each.at < found.end)
        section = sections.get(instrument)
        if section is None:
            assert (opening, closing) == (NOTHING, NOTHING)
            assert not any(found.begin <= each.at < found.end for each in mine)
            continue
        assert (section.opening, section.closing) == (opening, closing)
        moved = Total.of(line.delta for line in section.lines)
        assert section.opening + moved == section.closing
        assert all(found.begin <= line.recorded_at < found.end for line in section.lines)


def total(deltas: Iterable[Delta]) -> Total:
    return Total.of(delta.amount for delta in deltas)


def played(
    steps: Sequence[tuple[list[Piece], list[int], int]],
) -> tuple[list[Transaction], list[Delta]]:
    """Make a history: transactions, and what each did to whom."""
    updates: list[Transaction] = []
    deltas: list[Delta] = []
    alive: dict[str, Piece] = {}
    moment = START
    for offset, (pieces, gone, later) in enumerate(steps, start=1):
        moment = moment + RelTime(later)
        events: list[Event] = []
        for choice in gone:
            if alive:
                contract = sorted(alive)[choice % len(alive)]
                piece = alive.pop(contract)
                events.append(archived(offset, len(events), contract))
                deltas.append(Delta(moment, piece.owner, piece.instrument, -piece.amount))
        for piece in pieces:
            contract = f"00{offset:062x}{len(events):02x}"
            shown = InterfaceView(
                interface_id=f"aa:{reading.HOLDING}", value=piece.view(), failure=""
            )
            event = created(offset, len(events), contract)
            signed = (piece.instrument.admin, piece.owner)
            events.append(replace(event, views=(shown,), signatories=signed))
            alive[contract] = piece
            deltas.append(Delta(moment, piece.owner, piece.instrument, piece.amount))
        updates.append(replace(transaction(offset, events), record_time=moment))
    return updates, deltas
