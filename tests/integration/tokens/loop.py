"""The whole loop for tests: intents, a worker, a real ledger, ingestion and its projections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cantata.automation import repository
from cantata.automation.model import Intent, State, Wish
from cantata.bootstrap import ingesting, working
from cantata.ingestion import repository as ingestion
from cantata.kernel.time import SystemClock
from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from cantata.storage.database import Database
from cantata.storage.listening import Bell
from cantata.storage.settings import DatabaseSettings
from tests.integration.world import USER

PATIENCE_SECONDS = 180
LOOK_SECONDS = 0.01
LATE = "2099-01-01T00:00:00Z"


@dataclass(frozen=True)
class Loop:
    """A running loop: what is asked for is an intent, and it is over when ingestion says so."""

    database: Database
    ledger: LedgerClient
    jobs: tuple[asyncio.Task[None], ...]

    async def party(self, hint: str) -> str:
        """Make a party of the participant's own."""
        return str((await self.ledger.parties.allocate(f"{hint}-{uuid4().hex[:8]}")).party)

    async def ask(self, kind: str, act_as: tuple[str, ...], **request: Any) -> Intent:
        """Record an intent and wait for its end, whatever it is."""
        wish = Wish(
            kind=kind,
            requester="test",
            key=str(uuid4()),
            subject="test",
            act_as=act_as,
            request=request,
        )
        async with self.database.write() as session:
            now = SystemClock().now()
            intent, _ = await repository.record(session, wish, uuid4(), now, "")
        return await self.ended(intent)

    async def do(self, kind: str, act_as: tuple[str, ...], **request: Any) -> Mapping[str, Any]:
        """Ask for what must succeed; give its result."""
        intent = await self.ask(kind, act_as, **request)
        assert intent.state is State.COMPLETED, (kind, intent.state, intent.failure)
        return intent.result or {}

    async def ended(self, intent: Intent) -> Intent:
        """Wait for the end of an intent."""

        async def is_final() -> Intent | None:
            async with self.database.read() as session:
                found = await repository.load(session, intent.id)
            return found if found is not None and found.is_final else None

        found: Intent = await self.until(is_final)
        return found

    async def ingested(self, offset: int) -> None:
        """Wait until ingestion has reached an offset."""

        async def is_there() -> bool:
            async with self.database.read() as session:
                return (await ingestion.load_cursor(session)).offset >= offset

        await self.until(is_there)

    async def until(self, look: Any) -> Any:
        """Look until there is something; a job of the loop that ends early is an error."""
        end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not (found := await look()):
            for job in self.jobs:
                if job.done():
                    job.result()
            assert asyncio.get_running_loop().time() < end, "it took too long"
            await asyncio.sleep(LOOK_SECONDS)
        return found

    async def token(self, admin: str, name: str, **terms: Any) -> dict[str, str]:
        """Create an instrument; give how requests name it."""
        of = {"admin": admin, "instrument": name}
        given = {"decimals": 2, "cap": None, "meta": {}, **terms}
        await self.do("tokens.create", (admin,), name=f"{name} coin", symbol=name, **of, **given)
        return of

    async def mint(self, of: Mapping[str, str], receiver: str, amount: str) -> str:
        """Mint to a receiver who acts along; give the holding."""
        act_as = tuple(dict.fromkeys((of["admin"], receiver)))
        made = await self.do(
            "tokens.mint", act_as, receiver=receiver, amount=amount, memo="issue", **of
        )
        return str(made["holdings"][0])

    async def offer(
        self, of: Mapping[str, str], sender: str, receiver: str, amount: str, until: str = LATE
    ) -> Mapping[str, Any]:
        """Transfer: by offer, unless the receiver has consented."""
        parties = {"sender": sender, "receiver": receiver}
        return await self.do(
            "tokens.transfer",
            (sender,),
            amount=amount,
            memo="rent",
            execute_before=until,
            **of,
            **parties,
        )


@asynccontextmanager
async def looping(settings: DatabaseSettings, url: str) -> AsyncIterator[Loop]:
    """Run worker and ingestion beside a test."""
    ledger_settings = Settings(url=url, user_id=USER)
    async with Database(settings) as database, LedgerClient(ledger_settings) as ledger:
        bell = Bell(settings, repository.CHANNEL)
        worker = working.worker(database, ledger, bell, "test")
        jobs = (
            asyncio.create_task(ingesting.runner(settings, database, ledger).run()),
            asyncio.create_task(worker.run()),
            asyncio.create_task(bell.listen()),
        )
        try:
            yield Loop(database, ledger, jobs)
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
