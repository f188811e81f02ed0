"""Processes of ingestion and automation that tests kill: `python -m … ROLE DB URL`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import text

from cantata.automation import repository
from cantata.automation.errors import NotNow
from cantata.automation.handler import Plan
from cantata.automation.model import Failure, Intent, Wish
from cantata.automation.observer import IntentObserver
from cantata.automation.submitter import IntentSubmitter
from cantata.automation.worker import Worker, WorkerSettings
from cantata.ingestion.runner import LEADERSHIP, Runner, RunnerSettings
from cantata.ingestion.service import Ingester
from cantata.ingestion.source import LedgerSource
from cantata.kernel.time import SystemClock, Timestamp
from cantata.lang.build import build_dar, compile_package
from cantata.lang.build.sources import contract_files
from cantata.ledger.client import LedgerClient
from cantata.ledger.formats import Wanted
from cantata.ledger.model.updates import Transaction
from cantata.ledger.settings import Settings
from cantata.storage.database import Database
from cantata.storage.leadership import Leadership
from cantata.storage.listening import Bell
from cantata.storage.session import WriteSession
from cantata.storage.settings import DatabaseSettings
from tests.integration.ingestion.history import TABLE, Seen

ROOT = Path(__file__).resolve().parents[2]
COUNTER = "#testing-counter:Testing.Counter:Counter"
SOURCE = ROOT / "tests" / "unit" / "testing" / "counter.py"
EVERYTHING = Wanted(everything=True)
TABLES = (
    TABLE,
    "CREATE TABLE slots (slot integer PRIMARY KEY, intent uuid NOT NULL)",
    "CREATE TABLE ends (intent uuid PRIMARY KEY, code text NOT NULL)",
)


class Make:
    """Makes a counter, under a slot that it needs for itself."""

    kind = "counter.make"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        count = intent.wish.request["count"]
        taken = await session.run(
            text("INSERT INTO slots VALUES (:slot, :intent) ON CONFLICT DO NOTHING"),
            {"slot": count % 7, "intent": intent.id},
        )
        if not taken:
            raise NotNow("the slot is in use")
        return Plan(
            commands=[create(intent.wish.act_as[0], count)],
            act_as=intent.wish.act_as,
            external=bool(intent.wish.request.get("external")),
            signer=intent.wish.request.get("signer", ""),
        )

    async def release(self, session: WriteSession, intent: Intent) -> None:
        await session.run(text("DELETE FROM slots WHERE intent = :id"), {"id": intent.id})

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        await self.release(session, intent)
        return {"counter": transaction.created[0].contract_id}

    async def given_up(self, session: WriteSession, intent: Intent, failure: Failure) -> None:
        end = {"intent": intent.id, "code": failure.code}
        await session.run(text("INSERT INTO ends VALUES (:intent, :code)"), end)


def create(owner: str, count: int) -> dict[str, Any]:
    """Give the command that makes a counter."""
    arguments = {"owner": owner, "count": str(count)}
    return {"CreateCommand": {"templateId": COUNTER, "createArguments": arguments}}


def counter_dar() -> bytes:
    """Give the package of counters."""
    return build_dar(compile_package(contract_files([SOURCE]))).content


def client(url: str) -> LedgerClient:
    """Give a client of a ledger."""
    return LedgerClient(Settings(url=url, user_id="cantata"))


async def make_tables(database: Database) -> None:
    """Make the tables that processes of this module need."""
    async with database.write() as session:
        for table in TABLES:
            await session.run(text(table))


async def ask(database: Database, owner: str, count: int, **more: Any) -> Intent:
    """Record the wish for a counter."""
    wish = Wish(
        kind=Make.kind,
        requester="tester",
        key=str(uuid.uuid4()),
        subject="counters",
        act_as=(owner,),
        request={"count": count, **more},
    )
    async with database.write() as session:
        now = SystemClock().now()
        intent, _ = await repository.record(session, wish, uuid.uuid4(), now, "")
    return intent


def ingestion(database: Database, ledger: LedgerClient) -> Runner:
    """Give what ingests for these tests."""
    observer = IntentObserver([Make()], SystemClock())
    ingester = Ingester(database, [Seen()], [observer])
    settings = RunnerSettings(first_wait_ms=50, longest_wait_ms=500)
    leadership = Leadership(database.settings, LEADERSHIP)
    return Runner(ingester, LedgerSource(ledger, EVERYTHING), leadership, settings)


async def work(database: Database, ledger: LedgerClient) -> None:
    """Carry intents, for ever."""
    bell = Bell(database.settings, repository.CHANNEL)
    submitter = IntentSubmitter(database, ledger.commands, [Make()], SystemClock())
    settings = WorkerSettings(name=f"worker {os.getpid()}", idle_ms=100)
    worker = Worker(database, submitter, bell, SystemClock(), settings)
    async with asyncio.TaskGroup() as group:
        group.create_task(bell.listen())
        group.create_task(worker.run())


def started(role: str, settings: DatabaseSettings, url: str) -> subprocess.Popen[bytes]:
    """Start a process in a role: `ingest` or `work`."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.processes", role, settings.url, url],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def _main(role: str, database_url: str, url: str) -> None:
    settings = DatabaseSettings(url=database_url, application=role, connections_max=8)
    async with Database(settings) as database, client(url) as ledger:
        if role == "ingest":
            await ingestion(database, ledger).run()
        else:
            await work(database, ledger)


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
