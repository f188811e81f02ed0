"""A ledger's history in memory, and a projection whose rows show all that it was given."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import text

from cantata.ingestion.model import Batch
from cantata.kernel.time import RelTime, Timestamp
from cantata.ledger.model.events import ActiveContract, CreatedEvent, Event, ExercisedEvent
from cantata.ledger.model.updates import Checkpoint, OtherUpdate, Transaction, Update
from cantata.storage.database import Database
from cantata.storage.session import WriteSession

START = Timestamp.parse("2026-01-01T00:00:00Z")
SYNCHRONIZER = "global::1220aa"
TABLE = "CREATE TABLE seen (contract_id text PRIMARY KEY, created bigint NOT NULL, archived bigint)"


def created(offset: int, node: int, contract: str) -> CreatedEvent:
    return CreatedEvent(
        offset=offset,
        node_id=node,
        contract_id=contract,
        template_id="aa:Notes:Note",
        package_name="notes",
        argument={"owner": "alice::1220aa", "text": contract},
        key=None,
        blob="",
        views=(),
        witnesses=("alice::1220aa",),
        signatories=("alice::1220aa",),
        observers=(),
        created_at=START + RelTime(microseconds=offset),
    )


def archived(offset: int, node: int, contract: str) -> ExercisedEvent:
    return ExercisedEvent(
        offset=offset,
        node_id=node,
        contract_id=contract,
        template_id="aa:Notes:Note",
        package_name="notes",
        interface_id="",
        choice="Archive",
        argument={},
        result={},
        acting_parties=("alice::1220aa",),
        is_consuming=True,
        witnesses=("alice::1220aa",),
        last_descendant=node,
    )


def transaction(
    offset: int,
    events: Sequence[Event] = (),
    *,
    synchronizer: str = SYNCHRONIZER,
    command: str = "",
    base: int = 0,
) -> Transaction:
    return Transaction(
        update_id=f"1220{offset - base:012x}",
        offset=offset,
        command_id=command,
        workflow_id="",
        synchronizer_id=synchronizer,
        effective_at=START + RelTime(microseconds=offset - base),
        record_time=START + RelTime(microseconds=offset - base),
        events=tuple(events),
    )


@dataclass
class History:
    """A source that a test fills; `gone` is how much of its beginning is pruned."""

    updates: list[Update] = field(default_factory=list)
    active: dict[str, CreatedEvent] = field(default_factory=dict)
    archives: dict[str, int] = field(default_factory=dict)
    gone: int = 0
    base: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def last(self) -> int:
        return self.updates[-1].offset if self.updates else self.base

    def add(self, update: Update) -> None:
        self.updates.append(update)
        self.news.set()

    def grow(self, count: int, seed: int = 0) -> None:
        """Add transactions that create and archive contracts, with gaps and checkpoints."""
        random_ = random.Random(seed + len(self.updates))
        for _ in range(count):
            offset = self.last + random_.choice((1, 1, 1, 2, 5))
            events: list[Event] = []
            for node in range(random_.randrange(4)):
                contract = f"00{offset - self.base:08x}{node:02x}"
                event = created(offset, node, contract)
                events.append(event)
                self.active[contract] = event
            alive = sorted(set(self.active) - set(self.archives))
            for contract in random_.sample(alive, min(len(alive), random_.randrange(3))):
                events.append(archived(offset, len(events), contract))
                self.archives[contract] = offset
            self.add(transaction(offset, events, base=self.base))
            if random_.random() < 0.1:
                moment = START + RelTime(microseconds=offset - self.base)
                self.add(Checkpoint(offset, {SYNCHRONIZER: moment}))

    async def follow(self, begin: int, end: int | None = None) -> AsyncGenerator[Update, None]:
        assert begin >= self.gone
        position = 0
        while True:
            while position < len(self.updates):
                update = self.updates[position]
                position += 1
                if end is not None and update.offset > end:
                    return
                if update.offset > begin and not (
                    end is not None and isinstance(update, Checkpoint)
                ):
                    yield update
            if end is not None:
                return
            self.news.clear()
            await self.news.wait()

    async def snapshot(self, at: int) -> AsyncGenerator[ActiveContract, None]:
        for contract, event in self.active.items():
            if event.offset <= at and self.archives.get(contract, at + 1) > at:
                yield ActiveContract(event=event, synchronizer_id=SYNCHRONIZER)

    async def end(self) -> int:
        return self.last

    async def pruned(self) -> int:
        return self.gone

    async def update_id_at(self, offset: int) -> str | None:
        for update in self.updates:
            if update.offset == offset and isinstance(update, Transaction):
                return update.update_id
        return None


class Seen:
    """Every contract, when it came and when it went."""

    name = "seen"
    tables = ("seen",)

    async def apply(self, session: WriteSession, batch: Batch) -> None:
        for each in batch.transactions:
            for event in each.created:
                await session.run(
                    text("INSERT INTO seen (contract_id, created) VALUES (:cid, :at)"),
                    {"cid": event.contract_id, "at": each.offset},
                )
            for gone in each.exercised:
                await session.run(
                    text("UPDATE seen SET archived = :at WHERE contract_id = :cid"),
                    {"cid": gone.contract_id, "at": each.offset},
                )

    async def reset(self, session: WriteSession) -> None:
        await session.run(text("DELETE FROM seen"))


async def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    """Read what a query gives."""
    async with database.read() as session:
        return [tuple(row) for row in await session.all(text(query))]


def reassignment(offset: int) -> OtherUpdate:
    return OtherUpdate("Reassignment", offset)
