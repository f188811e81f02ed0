"""An external party signs what the ledger prepared; the same loop carries it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cantata.automation import repository
from cantata.automation.batches import repository as many
from cantata.automation.errors import NotAwaitingSignature, WrongSigners
from cantata.automation.model import SIGNATURE_WAIT, Intent, State
from cantata.automation.signing import Desk, sign, to_sign
from cantata.automation.submitter import IntentSubmitter
from cantata.kernel.time import ManualClock, SystemClock
from cantata.ledger.client import LedgerClient
from cantata.ledger.services.external import signature_json
from cantata.ledger.signing import KeySigner
from cantata.lf.interactive.crypto import PrivateKey
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.api.process import SANDBOX, running
from tests.integration import processes
from tests.integration.processes import Make, client, counter_dar, ingestion, make_tables

Play = Callable[[Database, LedgerClient, str, KeySigner], Awaitable[None]]


def played(settings: DatabaseSettings, folder: Path, play: Play) -> None:
    async def main(url: str) -> None:
        async with Database(settings) as database, client(url) as ledger:
            await make_tables(database)
            await ledger.packages.deploy(counter_dar())
            (synchronizer,) = await ledger.state.synchronizers()
            signer = KeySigner(PrivateKey(Ed25519PrivateKey.generate()))
            owner = await ledger.external.allocate(
                "ext", signer, synchronizer_id=synchronizer.synchronizer_id
            )
            job = asyncio.create_task(ingestion(database, ledger).run())
            try:
                await play(database, ledger, owner, signer)
            finally:
                job.cancel()
                with suppress(asyncio.CancelledError):
                    await job

    with running(folder, command=SANDBOX) as sandbox:
        asyncio.run(main(sandbox.url))


async def step(database: Database, submitter: IntentSubmitter, clock: ManualClock) -> None:
    async with database.write() as session:
        claimed = await many.claim(session, submitter.kinds, "w", clock.now())
    for intent in claimed:
        await submitter.step(intent)


async def now(database: Database, asked: Intent) -> Intent:
    async with database.read() as session:
        found = await repository.load(session, asked.id)
    assert found is not None
    return found


def submitter_of(database: Database, ledger: LedgerClient, clock: ManualClock) -> IntentSubmitter:
    desk = Desk(ledger.external)
    return IntentSubmitter(database, ledger.commands, [Make()], clock, desk)


def test_signed_outside(database_settings: DatabaseSettings, tmp_path: Path) -> None:
    async def play(database: Database, ledger: LedgerClient, owner: str, signer: KeySigner) -> None:
        asked = await processes.ask(database, owner, 1, external=True)
        clock = ManualClock(SystemClock().now())
        submitter = submitter_of(database, ledger, clock)
        await step(database, submitter, clock)
        waiting = await now(database, asked)
        assert (waiting.state, waiting.failure) == (State.AWAITING_SIGNATURE, None)
        async with database.read() as session:
            wanted = await to_sign(session, asked.id)
        signature = signature_json(await signer.sign(wanted.digest))
        with pytest.raises(WrongSigners):
            async with database.write() as session:
                await sign(session, asked.id, {"other": [signature]}, clock.now())
        async with database.write() as session:
            await sign(session, asked.id, {owner: [signature]}, clock.now())
        await step(database, submitter, clock)
        async with asyncio.timeout(20):
            while not (await now(database, asked)).is_final:  # noqa: ASYNC110 - polled
                await asyncio.sleep(0.02)
        done = await now(database, asked)
        assert (done.state, done.failure) == (State.COMPLETED, None)
        assert done.result is not None
        with pytest.raises(NotAwaitingSignature):
            async with database.write() as session:
                await sign(session, asked.id, {owner: [signature]}, clock.now())

    played(database_settings, tmp_path, play)


def test_nobody_signs(database_settings: DatabaseSettings, tmp_path: Path) -> None:
    async def play(database: Database, ledger: LedgerClient, owner: str, signer: KeySigner) -> None:
        asked = await processes.ask(database, owner, 1, external=True)
        clock = ManualClock(SystemClock().now())
        submitter = submitter_of(database, ledger, clock)
        await step(database, submitter, clock)
        clock.advance(SIGNATURE_WAIT)
        await step(database, submitter, clock)
        failed = await now(database, asked)
        assert failed.failure is not None
        assert (failed.state, failed.failure.code) == (State.FAILED, "SIGNATURE_MISSING")

    played(database_settings, tmp_path, play)


def test_a_wrong_signature_is_refused(database_settings: DatabaseSettings, tmp_path: Path) -> None:
    async def play(database: Database, ledger: LedgerClient, owner: str, signer: KeySigner) -> None:
        asked = await processes.ask(database, owner, 1, external=True)
        clock = ManualClock(SystemClock().now())
        submitter = submitter_of(database, ledger, clock)
        await step(database, submitter, clock)
        signature = signature_json(await signer.sign(b"something else"))
        async with database.write() as session:
            await sign(session, asked.id, {owner: [signature]}, clock.now())
        await step(database, submitter, clock)
        assert (await now(database, asked)).state is State.FAILED

    played(database_settings, tmp_path, play)
