"""Signatures from outside: what an external party is given to sign, and what it gives back."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import UUID

from cantata.automation import repository
from cantata.automation.errors import (
    DeadlinePassed,
    NotAwaitingSignature,
    SigningUnavailable,
    WrongSigners,
)
from cantata.automation.handler import Plan
from cantata.automation.model import SIGNATURE_WAIT, SIGNER_WAIT, Intent, State
from cantata.automation.signers.registry import SIGNATURES_MAX, Signers
from cantata.kernel.time import Timestamp
from cantata.ledger.outcome import Outcome
from cantata.ledger.services.commands import Receipt
from cantata.ledger.services.external import checked_hash, intent_of
from cantata.ledger.submission import Submission
from cantata.lf.interactive.intent import Intent as Wanted
from cantata.storage.session import ReadSession, WriteSession


class ExternalGate(Protocol):
    """The ledger, as far as external parties need it."""

    async def prepare(self, submission: Submission) -> bytes:
        """Give the prepared transaction, unchecked; raise what the ledger refuses."""

    async def executed(
        self,
        submission: Submission,
        prepared: bytes,
        signatures: Mapping[str, Sequence[Any]],
    ) -> Outcome[Receipt]:
        """Execute what was prepared and signed; give what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A prepared transaction: the hash to sign, `until` when, and the signatures so far.

    Signatures are JSON of the ledger's API, by party; the ledger never records it after `until`.
    """

    prepared: bytes
    digest: bytes
    until: Timestamp
    signatures: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Give what is stored."""
        return {
            "prepared": base64.b64encode(self.prepared).decode(),
            "hash": self.digest.hex(),
            "until": str(self.until),
            "signatures": {party: list(by) for party, by in self.signatures.items()},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Signed:
        """Read what was stored."""
        return cls(
            prepared=base64.b64decode(stored["prepared"]),
            digest=bytes.fromhex(stored["hash"]),
            until=Timestamp.parse(stored["until"]),
            signatures=stored["signatures"],
        )


class Desk:
    """Where transactions of external parties are prepared, signed by us or others, and handed in.

    Nothing is signed, here or outside, that was not read and found to be as planned.
    """

    def __init__(self, gate: ExternalGate | None = None, signers: Signers | None = None) -> None:
        self._gate = gate
        self._signers = signers or Signers()

    async def prepare(self, plan: Plan, intent: Intent, now: Timestamp) -> Signed:
        """Have a plan prepared, and read that it is as planned; raise what speaks against it."""
        if self._gate is None:
            raise SigningUnavailable
        if plan.signer:
            self._signers.require(plan.signer)
        until = _recorded_until(plan, intent, now)
        if until <= now:
            raise DeadlinePassed(until)
        submission = _submission(plan, intent, until)
        prepared = await self._gate.prepare(submission)
        digest = checked_hash(prepared, _wanted(plan, submission))
        return Signed(prepared=prepared, digest=digest, until=until)

    async def sign(self, plan: Plan, intent: Intent, signed: Signed) -> Signed:
        """Have the signer of a plan sign what was prepared, after it was read once more.

        Raise NotAsIntended if it is not as planned, NotPossible if the signer refuses, NotNow if
        it does not answer.
        """
        submission = _submission(plan, intent, signed.until)
        digest = checked_hash(signed.prepared, _wanted(plan, submission))
        signatures = await self._signers.sign(plan.signer, plan.act_as, digest)
        return replace(signed, digest=digest, signatures=signatures)

    async def execute(self, plan: Plan, intent: Intent, signed: Signed) -> Outcome[Receipt]:
        """Hand in what was signed."""
        if self._gate is None:
            raise SigningUnavailable
        submission = _submission(plan, intent, signed.until)
        return await self._gate.executed(submission, signed.prepared, signed.signatures)


def _recorded_until(plan: Plan, intent: Intent, now: Timestamp) -> Timestamp:
    wait = SIGNER_WAIT if plan.signer else SIGNATURE_WAIT
    bounds = (now + wait, intent.wish.deadline, plan.max_record_time)
    return min(bound for bound in bounds if bound is not None)


def _submission(plan: Plan, intent: Intent, until: Timestamp) -> Submission:
    return replace(plan.submission(intent.command_id), max_record_time=until)


def _wanted(plan: Plan, submission: Submission) -> Wanted:
    """Give what a prepared transaction has to be: a later bound would outlive its intent."""
    assert submission.max_record_time is not None, submission.command_id
    return replace(
        intent_of(submission),
        max_record_time=submission.max_record_time.microseconds,
        inputs=None if plan.inputs is None else frozenset(plan.inputs),
    )


def awaits(intent: Intent) -> bool:
    """Tell whether nothing happens to an intent before somebody outside signs it."""
    return _is_unsigned(intent) and not (intent.plan or {}).get("signer")


def is_unsent(intent: Intent) -> bool:
    """Tell whether nothing of an intent can be on its way to the ledger."""
    return intent.state in (State.REQUESTED, State.PREPARED) or _is_unsigned(intent)


def _is_unsigned(intent: Intent) -> bool:
    if intent.state is not State.AWAITING_SIGNATURE or intent.plan is None:
        return False
    return not intent.plan["signing"]["signatures"]


async def to_sign(session: ReadSession, identity: UUID) -> Signed:
    """Give what an intent waits for; raise NotAwaitingSignature."""
    intent = await repository.load(session, identity)
    if intent is None or intent.state is not State.AWAITING_SIGNATURE or intent.plan is None:
        raise NotAwaitingSignature(identity, "unknown" if intent is None else intent.state.value)
    return Signed.from_json(intent.plan["signing"])


async def sign(
    session: WriteSession,
    identity: UUID,
    signatures: Mapping[str, Sequence[Any]],
    now: Timestamp,
) -> Intent:
    """Take the signatures of all parties that act; a worker hands them in.

    The ledger is the judge of them. Raise NotAwaitingSignature, or WrongSigners if they are not
    those of exactly the acting parties.
    """
    intent = await repository.load(session, identity, lock=True)
    if intent is None or intent.state is not State.AWAITING_SIGNATURE or intent.plan is None:
        raise NotAwaitingSignature(identity, "unknown" if intent is None else intent.state.value)
    wanted = sorted(intent.plan["actAs"])
    bounded = all(0 < len(by) <= SIGNATURES_MAX for by in signatures.values())
    if sorted(signatures) != wanted or not bounded:
        raise WrongSigners(sorted(signatures), wanted)
    signed = replace(Signed.from_json(intent.plan["signing"]), signatures=signatures)
    plan = {**intent.plan, "signing": signed.to_json()}
    return await repository.revise(session, intent, plan, now)
