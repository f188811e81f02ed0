"""A signer of ours signs what was read and found to be as planned, and nothing else, ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cantata.automation import repository
from cantata.automation.batches import repository as many
from cantata.automation.errors import NotPossible
from cantata.automation.model import LEASE, SIGNER_WAIT, Intent, State
from cantata.automation.signers import Signers
from cantata.automation.signing import Desk, ExternalGate, awaits
from cantata.automation.submitter import IntentSubmitter
from cantata.kernel.ids import PartyId
from cantata.kernel.time import ManualClock, RelTime, SystemClock
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import OutcomeUnknown
from cantata.ledger.outcome import Outcome, Unknown
from cantata.ledger.services.commands import Receipt
from cantata.ledger.services.external import signature_json
from cantata.ledger.signing import KeySigner
from cantata.ledger.submission import Submission
from cantata.lf.interactive.crypto import PrivateKey
from cantata.observability import metrics
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.api.process import SANDBOX, running
from tests.integration import processes
from tests.integration.processes import Make, client, counter_dar, ingestion, make_tables


class Crash(BaseException):
    """The process is gone."""


@dataclass
class Trained:
    """A signer that does what its script says, and remembers what it was shown."""

    key: KeySigner
    script: list[Any] = field(default_factory=list)
    shown: list[bytes] = field(default_factory=list)

    async def sign(self, party: PartyId, digest: bytes) -> Sequence[Mapping[str, Any]]:
        self.shown.append(digest)
        behaviour = self.script.pop(0) if self.script else "sign"
        if isinstance(behaviour, BaseException):
            raise behaviour
        if behaviour == "sleep":
            await asyncio.sleep(3_600)
        if behaviour == "garbage":
            return [{"signature": "x" * 100_000}]
        message = b"something else" if behaviour == "wrong" else digest
        return [signature_json(await self.key.sign(message))]


@dataclass
class Gate:
    """The participant, or one that prepares something else than it was asked for."""

    honest: ExternalGate
    lie: Callable[[Submission], Submission] | None = None
    script: list[str] = field(default_factory=list)
    executed_bytes: list[bytes] = field(default_factory=list)

    async def prepare(self, submission: Submission) -> bytes:
        return await self.honest.prepare(self.lie(submission) if self.lie else submission)

    async def executed(
        self,
        submission: Submission,
        prepared: bytes,
        signatures: Mapping[str, Sequence[Any]],
    ) -> Outcome[Receipt]:
        self.executed_bytes.append(prepared)
        behaviour = self.script.pop(0) if self.script else ""
        if behaviour == "crash":
            raise Crash
        found = await self.honest.executed(submission, prepared, signatures)
        if behaviour == "dropped":
            return Unknown(OutcomeUnknown("the answer was lost"), 0)
        return found


class Scene:
    """An external party with a signer, a worker whose steps a test takes, a running ingestion."""

    def __init__(
        self, database: Database, ledger: LedgerClient, owner: str, key: KeySigner
    ) -> None:
        self.database = database
        self.ledger = ledger
        self.owner = owner
        self.clock = ManualClock(SystemClock().now())
        self.signer = Trained(key)
        self.gate = Gate(ledger.external)

    async def ask(self, count: int = 1) -> Intent:
        more = {"external": True, "signer": "vault"}
        asked = await processes.ask(self.database, self.owner, count, **more)
        self.clock = ManualClock(SystemClock().now())
        return asked

    def submitter(self, *, knows: bool = True) -> IntentSubmitter:
        desk = Desk(self.gate, Signers({"vault": self.signer} if knows else {}))
        return IntentSubmitter(self.database, self.ledger.commands, [Make()], self.clock, desk)

    async def step(self, *, knows: bool = True) -> int:
        """Claim what is due and take each a step; a crash leaves its lease."""
        submitter = self.submitter(knows=knows)
        async with self.database.write() as session:
            claimed = await many.claim(session, submitter.kinds, "w", self.clock.now())
        for intent in claimed:
            with suppress(Crash):
                await submitter.step(intent)
        return len(claimed)

    async def later(self) -> int:
        self.clock.advance(LEASE + RelTime.of(seconds=1))
        return await self.step()

    async def now(self, asked: Intent) -> Intent:
        async with self.database.read() as session:
            found = await repository.load(session, asked.id)
        assert found is not None
        return found

    async def done(self, asked: Intent) -> Intent:
        async with asyncio.timeout(30):
            while not (await self.now(asked)).is_final:  # noqa: ASYNC110 - polled
                await asyncio.sleep(0.05)
        return await self.now(asked)


Play = Callable[[Scene], Awaitable[None]]


@pytest.fixture(scope="module")
def ledger_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("ledger"), command=SANDBOX) as sandbox:
        yield sandbox.url


def played(settings: DatabaseSettings, url: str, play: Play) -> None:
    async def main() -> None:
        async with Database(settings) as database, client(url) as ledger:
            await make_tables(database)
            await ledger.packages.deploy(counter_dar())
            (synchronizer,) = await ledger.state.synchronizers()
            key = KeySigner(PrivateKey(Ed25519PrivateKey.generate()))
            owner = await ledger.external.allocate(
                "ext", key, synchronizer_id=synchronizer.synchronizer_id
            )
            job = asyncio.create_task(ingestion(database, ledger).run())
            try:
                await play(Scene(database, ledger, owner, key))
            finally:
                job.cancel()
                with suppress(asyncio.CancelledError):
                    await job

    asyncio.run(main())


def alarms() -> float:
    told = {"alarm": "not_as_intended"}
    return metrics.REGISTRY.get_sample_value("cantata_alarms_total", told) or 0


def test_one_step_prepares_signs_and_sends(
    database_settings: DatabaseSettings, ledger_url: str
) -> None:
    async def play(scene: Scene) -> None:
        asked = await scene.ask()
        await scene.step()
        done = await scene.done(asked)
        assert (done.state, done.command_id) == (State.COMPLETED, f"cantata:{asked.id}:1")
        assert [state for state, _ in done.phases] == [
            *("requested", "prepared", "awaiting_signature", "submitted", "completed"),
        ]
        assert len(scene.signer.shown) == 1

    played(database_settings, ledger_url, play)


def _other_argument(submission: Submission) -> Submission:
    create = submission.commands_json()[0]["CreateCommand"]
    changed = {**create, "createArguments": {**create["createArguments"], "count": "999"}}
    return replace(submission, commands=({"CreateCommand": changed},))


def _later_bound(submission: Submission) -> Submission:
    assert submission.max_record_time is not None
    return replace(submission, max_record_time=submission.max_record_time + RelTime.of(days=1))


@pytest.mark.parametrize(
    "lie",
    [
        _other_argument,
        _later_bound,
        lambda submission: replace(submission, max_record_time=None),
        lambda submission: replace(submission, command_id="other"),
    ],
)
def test_what_is_not_as_planned_is_never_signed(
    database_settings: DatabaseSettings, ledger_url: str, lie: Callable[[Submission], Submission]
) -> None:
    async def play(scene: Scene) -> None:
        before = alarms()
        scene.gate.lie = lie
        asked = await scene.ask()
        await scene.step()
        found = await scene.now(asked)
        assert found.failure is not None
        assert found.state is State.FAILED
        assert (scene.signer.shown, scene.gate.executed_bytes) == ([], [])
        assert (found.failure.code, alarms()) == ("NOT_AS_INTENDED", before + 1)

    played(database_settings, ledger_url, play)


def test_what_was_stored_is_read_again_before_it_is_signed(
    database_settings: DatabaseSettings, ledger_url: str
) -> None:
    """Whoever can change the database cannot have anything signed."""

    async def play(scene: Scene) -> None:
        scene.signer.script = [ConnectionError("the token's PIN is 1234")]
        asked, other = await scene.ask(1), await scene.ask(2)
        await scene.step()
        stored, foreign = await scene.now(asked), await scene.now(other)
        assert stored.plan is not None
        assert foreign.plan is not None
        await scene.done(other)
        async with scene.database.write() as session:
            plan = {**stored.plan, "signing": foreign.plan["signing"] | {"signatures": {}}}
            await repository.revise(session, stored, plan, scene.clock.now())
        shown = len(scene.signer.shown)
        await scene.later()
        found = await scene.now(asked)
        assert found.failure is not None
        assert (found.state, found.failure.code) == (State.FAILED, "NOT_AS_INTENDED")
        assert len(scene.signer.shown) == shown

    played(database_settings, ledger_url, play)


def test_a_signer_in_trouble_is_asked_again(
    database_settings: DatabaseSettings, ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the same digest, without telling anybody what it said."""
    monkeypatch.setattr(Signers.sign, "__defaults__", (RelTime.of(micros=50_000),))

    async def play(scene: Scene) -> None:
        scene.signer.script = [RuntimeError("the PIN is 1234"), "sleep", "garbage"]
        asked = await scene.ask()
        await scene.step(knows=False)
        unknown = await scene.now(asked)
        assert unknown.failure is not None
        assert (unknown.state, unknown.failure.code) == (State.PREPARED, "SIGNER_UNKNOWN")
        for _ in range(3):
            await scene.later()
            waiting = await scene.now(asked)
            assert waiting.failure is not None
            assert waiting.state is State.AWAITING_SIGNATURE
            assert waiting.failure.code == "SIGNER_UNAVAILABLE"
            assert "1234" not in str(waiting.failure)
            assert not awaits(waiting)
        await scene.later()
        assert (await scene.done(asked)).state is State.COMPLETED
        assert len(scene.signer.shown) == 4
        assert len(set(scene.signer.shown)) == 1

    played(database_settings, ledger_url, play)


def test_an_attempt_has_one_transaction_whoever_dies(
    database_settings: DatabaseSettings, ledger_url: str
) -> None:
    async def play(scene: Scene) -> None:
        scene.signer.script = [Crash()]
        scene.gate.script = ["crash", "dropped"]
        asked = await scene.ask()
        await scene.step()
        died = await scene.now(asked)
        assert (died.state, await scene.step()) == (State.AWAITING_SIGNATURE, 0)
        await scene.later()
        assert (await scene.now(asked)).state is State.SUBMITTED
        await scene.later()
        await scene.later()
        assert (await scene.done(asked)).state is State.COMPLETED
        assert len(set(scene.signer.shown)) == 1
        assert len(set(scene.gate.executed_bytes)) == 1
        assert len(scene.signer.shown) == 2

    played(database_settings, ledger_url, play)


def test_two_workers_sign_the_same(database_settings: DatabaseSettings, ledger_url: str) -> None:
    """One of them sends it."""

    async def play(scene: Scene) -> None:
        scene.signer.script = [ConnectionError()]
        asked = await scene.ask()
        await scene.step()
        waiting = await scene.now(asked)
        await asyncio.gather(*(scene.submitter().step(waiting) for _ in range(3)))
        assert (await scene.done(asked)).state is State.COMPLETED
        assert len(set(scene.signer.shown)) == 1
        assert len(scene.gate.executed_bytes) == 1

    played(database_settings, ledger_url, play)


def test_what_is_not_signed_in_time_starts_over(
    database_settings: DatabaseSettings, ledger_url: str
) -> None:
    """As another attempt, under another id: what was prepared before was never sent."""

    async def play(scene: Scene) -> None:
        scene.signer.script = [ConnectionError()]
        asked = await scene.ask()
        await scene.step()
        scene.clock.advance(SIGNER_WAIT)
        await scene.step()
        again = await scene.now(asked)
        assert (again.state, again.attempts, again.plan) == (State.REQUESTED, 1, None)
        await scene.later()
        done = await scene.done(asked)
        assert (done.state, done.command_id) == (State.COMPLETED, f"cantata:{asked.id}:2")
        assert len(set(scene.signer.shown)) == 2

    played(database_settings, ledger_url, play)


@pytest.mark.parametrize("behaviour", [NotPossible("not this one"), "wrong"])
def test_what_is_refused_ends(
    database_settings: DatabaseSettings, ledger_url: str, behaviour: object
) -> None:
    """By the signer's own rules, or by the ledger that does not accept its signature."""

    async def play(scene: Scene) -> None:
        scene.signer.script = [behaviour]
        asked = await scene.ask()
        await scene.step()
        assert (await scene.now(asked)).state is State.FAILED

    played(database_settings, ledger_url, play)
