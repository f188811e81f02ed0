"""Signatures from outside: what an external party is given to sign, and what it gives back."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import UUID

from cantata.automation import repository
from cantata.automation.errors import NotAwaitingSignature, SigningUnavailable, WrongSigners
from cantata.automation.handler import Plan
from cantata.automation.model import SIGNATURE_WAIT, Intent, State
from cantata.kernel.time import Timestamp
from cantata.ledger.outcome import Outcome
from cantata.ledger.services.commands import Receipt
from cantata.ledger.services.external import checked_hash, intent_of
from cantata.ledger.submission import Submission
from cantata.storage.session import ReadSession, WriteSession

SIGNATURES_MAX = 32
"""Signatures that one party may give."""


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
    """Where transactions of external parties are prepared and handed in."""

    def __init__(self, gate: ExternalGate | None = None) -> None:
        self._gate = gate

    async def prepare(self, plan: Plan, intent: Intent, now: Timestamp) -> Signed:
        """Have a plan prepared, and read that it is as planned; raise what speaks against it."""
        if self._gate is None:
            raise SigningUnavailable
        until = min(now + SIGNATURE_WAIT, intent.wish.deadline or now + SIGNATURE_WAIT)
        submission = replace(plan.submission(intent.command_id), max_record_time=until)
        prepared = await self._gate.prepare(submission)
        digest = checked_hash(prepared, intent_of(submission))
        return Signed(prepared=prepared, digest=digest, until=until)

    async def execute(self, submission: Submission, signed: Signed) -> Outcome[Receipt]:
        """Hand in what was signed."""
        if self._gate is None:
            raise SigningUnavailable
        return await self._gate.executed(submission, signed.prepared, signed.signatures)


def awaits(intent: Intent) -> bool:
    """Tell whether nothing happens to an intent before somebody signs it."""
    if intent.state is not State.AWAITING_SIGNATURE or intent.plan is None:
        return False
    return not intent.plan["signing"]["signatures"]


def is_unsent(intent: Intent) -> bool:
    """Tell whether nothing of an intent can be on its way to the ledger."""
    return intent.state in (State.REQUESTED, State.PREPARED) or awaits(intent)


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
