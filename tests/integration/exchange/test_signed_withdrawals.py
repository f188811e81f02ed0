"""A treasury whose key is with a signer of ours: what it signs is what was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cantata.automation.signers import Signers
from cantata.automation.signing import Desk, ExternalGate
from cantata.bootstrap import working
from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalState
from cantata.exchange.repository import history, withdrawals
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.ledger.outcome import Outcome
from cantata.ledger.services.commands import Receipt
from cantata.ledger.services.external import signature_json
from cantata.ledger.signing import KeySigner
from cantata.ledger.submission import Submission
from cantata.lf.interactive.crypto import PrivateKey
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.exchange.bank import Bank, opened
from tests.integration.tokens.loop import looping

COMPLETED, OFFERED = WithdrawalState.COMPLETED, WithdrawalState.OFFERED
KEYS = {
    "Ed25519": PrivateKey(Ed25519PrivateKey.generate()),
    "secp256k1": PrivateKey(generate_private_key(SECP256K1())),
}


@dataclass
class Vault:
    """A signer that counts what it was shown."""

    key: KeySigner
    shown: list[bytes] = field(default_factory=list)

    async def sign(self, party: PartyId, digest: bytes) -> Sequence[Mapping[str, Any]]:
        self.shown.append(digest)
        return [signature_json(await self.key.sign(digest))]


Story = Callable[[Bank, Vault], Awaitable[None]]


@pytest.fixture
def play(
    database_settings: DatabaseSettings,
    shared_sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., None]:
    """Run a story on an exchange whose treasury is an external party."""

    def run(story: Story, key: str = "Ed25519") -> None:
        vault = Vault(KeySigner(KEYS[key]))
        worker: Any = working.worker
        signers = Signers({"vault": vault})
        monkeypatch.setattr(working, "worker", lambda *given: worker(*given, signers))

        async def whole() -> None:
            async with looping(database_settings, shared_sandbox.url) as loop:
                (synchronizer,) = await loop.ledger.state.synchronizers()
                party = await loop.ledger.external.allocate(
                    f"Treasury-{uuid4()}", vault.key, synchronizer_id=synchronizer.synchronizer_id
                )
                bank = await opened(loop, PartyId(party), "vault")
                await story(bank, vault)
                await bank.check()

        asyncio.run(whole())

    return run


@pytest.mark.parametrize("key", sorted(KEYS))
def test_deposits_and_withdrawals_are_signed(play: Callable[..., None], key: str) -> None:
    async def story(bank: Bank, vault: Vault) -> None:
        await _funded(bank)
        shown = len(vault.shown)
        offered = await bank.until((await bank.request("20", memo="7")).id, OFFERED)
        assert len(vault.shown) == shown + 1
        await bank.cancel(offered.id)
        await bank.until(offered.id, WithdrawalState.WITHDRAWN)
        assert len(vault.shown) == shown + 2
        await bank.consent(bank.wallet)
        paid = await bank.until((await bank.request("20")).id, COMPLETED)
        assert paid.attempts == 1
        assert await bank.owed() == Decimal("30")

    play(story, key)


@dataclass
class Liar:
    """A participant that prepares another transfer than it was asked for, once told to."""

    honest: ExternalGate
    lie: Mapping[str, Any] = field(default_factory=dict)

    async def prepare(self, submission: Submission) -> bytes:
        command: Any = submission.commands[0]
        form = command["ExerciseCommand"]
        argument = {**form["choiceArgument"]}
        if self.lie and "transfer" in argument:
            argument["transfer"] = {**argument["transfer"], **self.lie}
        changed = {"ExerciseCommand": {**form, "choiceArgument": argument}}
        return await self.honest.prepare(replace(submission, commands=(changed,)))

    async def executed(
        self, submission: Submission, prepared: bytes, signatures: Mapping[str, Sequence[Any]]
    ) -> Outcome[Receipt]:
        return await self.honest.executed(submission, prepared, signatures)


def test_a_participant_that_lies_is_not_signed_for(
    play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    liars: list[Liar] = []

    def desk(gate: ExternalGate, signers: Signers) -> Desk:
        liars.append(Liar(gate))
        return Desk(liars[-1], signers)

    async def story(bank: Bank, vault: Vault) -> None:
        await _funded(bank)
        shown = len(vault.shown)
        thief = await bank.loop.party("Thief")
        reason = {"values": {"splice.lfdecentralizedtrust.org/reason": "thief"}}
        for lie in (
            {"receiver": thief},
            {"amount": "50"},
            {"meta": reason},
            {"executeBefore": "2098-01-01T00:00:00Z"},
        ):
            liars[-1].lie = lie
            failed = await bank.until((await bank.request("20")).id, WithdrawalState.FAILED)
            assert failed.failure is not None
            assert failed.failure.code == "NOT_AS_INTENDED", lie
        liars[-1].lie = {}
        await _funded(bank, "30")
        accepted = len(vault.shown)
        assert accepted == shown + 1
        asked = await bank.stopped("20")
        liars[-1].lie = {"inputHoldingCids": await _not_chosen(bank, asked)}
        await bank.go(asked)
        failed = await bank.until(asked.id, WithdrawalState.FAILED)
        assert failed.failure is not None
        assert failed.failure.code == "NOT_AS_INTENDED"
        assert len(vault.shown) == accepted
        assert await bank.owed() == Decimal("80")

    monkeypatch.setattr(working, "SigningDesk", desk)
    play(story)


async def _funded(bank: Bank, amount: str = "50") -> None:
    """Have a deposit offered, and accepted by the exchange."""
    before = await bank.owed()
    await bank.deposit(amount)

    async def is_ours() -> bool:
        return await bank.owed() == before + Decimal(amount)

    await bank.loop.until(is_ours)


async def _not_chosen(bank: Bank, asked: Withdrawal) -> list[str]:
    """Give the holdings that a payment is not to be made from."""
    async with bank.loop.database.read() as session:
        chosen = await withdrawals.inputs(session, asked.id)
        held = await history.holdings(session, bank.treasury, 100)
    others = [each.contract_id for each in held if each.contract_id not in chosen]
    assert others
    return others
