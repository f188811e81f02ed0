"""Operations of parties that sign outside: what they wait for, handed in or taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cantata.accounts.errors import NotCancellable, SignatureRefused
from cantata.accounts.model import Action
from cantata.accounts.repository import users
from cantata.accounts.service.authority import Authority
from cantata.automation import repository as intents
from cantata.automation import signing
from cantata.automation.ending import Endings
from cantata.automation.errors import WrongSigners
from cantata.automation.handler import Handler
from cantata.automation.model import Intent, State
from cantata.automation.signing import Signed
from cantata.http.caller import Caller
from cantata.http.errors import ResourceUnknown
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Clock
from cantata.ledger.services.external import signature_json
from cantata.lf.interactive.crypto import KeySpec, PublicKey, Signature, signature_by, verify
from cantata.lf.interactive.errors import InvalidSignature
from cantata.storage.session import ReadSession, WriteSession

Signatures = Mapping[PartyId, bytes]
"""What parties signed with, each with its one key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSign:
    """What an operation waits for: its transaction, and the parties whose signatures it needs.

    `commands` are what was asked of the ledger, to compare the transaction with.
    """

    signed: Signed
    parties: tuple[str, ...]
    commands: tuple[Mapping[str, Any], ...]


class Signing:
    """Lets parties with keys of their own act; `handlers` give back what operations reserved."""

    def __init__(self, authority: Authority, handlers: Sequence[Handler], clock: Clock) -> None:
        self._authority = authority
        self._endings = Endings(handlers)
        self._clock = clock

    async def operation(self, session: ReadSession, caller: Caller, identity: UUID) -> Intent:
        """Give an operation to who asked for it or reads for its parties; else ResourceUnknown."""
        found = await intents.load(session, identity)
        if found is None:
            raise ResourceUnknown("operation", str(identity))
        if found.wish.requester != caller.requester:
            readable = await self._authority.readable(session, caller)
            if not set(found.wish.act_as) & set(readable):
                raise ResourceUnknown("operation", str(identity))
        return found

    async def to_sign(self, session: ReadSession, caller: Caller, identity: UUID) -> ToSign:
        """Give what an operation waits for; raise NotAwaitingSignature."""
        await self.operation(session, caller, identity)
        found = await signing.to_sign(session, identity)
        intent = await intents.load(session, identity)
        assert intent is not None
        assert intent.plan is not None, identity
        return ToSign(
            signed=found,
            parties=tuple(intent.plan["actAs"]),
            commands=tuple(intent.plan["commands"]),
        )

    async def hand_in(
        self, session: WriteSession, caller: Caller, identity: UUID, signatures: Signatures
    ) -> tuple[Intent, bool]:
        """Take the signatures of an operation; a worker hands them in.

        They are verified first: a wrong one raises SignatureRefused and changes nothing. The same
        ones again are the same.
        """
        intent = await self.operation(session, caller, identity)
        for party in intent.wish.act_as:
            action = Action(operation="sign", party=PartyId(party))
            await self._authority.require(session, caller, action)
        given = await self._read(session, signatures)
        written: dict[str, list[Any]] = {
            party: [signature_json(by)] for party, (_, by) in given.items()
        }
        if intent.plan is not None and intent.plan.get("signing", {}).get("signatures") == written:
            return intent, False
        wanted = await signing.to_sign(session, identity)
        for party, (key, signature) in given.items():
            try:
                verify(key, wanted.digest, signature)
            except InvalidSignature as error:
                raise SignatureRefused(party, error.reason) from None
        return await signing.sign(session, identity, written, self._clock.now()), True

    async def cancel(
        self, session: WriteSession, caller: Caller, identity: UUID
    ) -> tuple[Intent, bool]:
        """Take an operation back that was not sent; give back what it reserved."""
        intent = await self.operation(session, caller, identity)
        for party in intent.wish.act_as:
            action = Action(operation="cancel", party=PartyId(party))
            await self._authority.require(session, caller, action)
        if intent.state is State.CANCELLED:
            return intent, False
        locked = await intents.load(session, identity, lock=True)
        if locked is None or locked.wish.kind not in self._endings.kinds:
            raise NotCancellable(str(identity), intent.state.value)
        if not signing.is_unsent(locked):
            raise NotCancellable(str(identity), locked.state.value)
        return await self._endings.cancel(session, locked, self._clock.now()), True

    async def _read(
        self, session: ReadSession, signatures: Signatures
    ) -> dict[PartyId, tuple[PublicKey, Signature]]:
        """Give the keys of parties with their signatures; raise WrongSigners."""
        found = await users.parties(session, tuple(signatures))
        keys = {party.party: party.key for party in found if party.key is not None}
        if keys.keys() != signatures.keys():
            raise WrongSigners(sorted(signatures), sorted(keys))
        read = {party: PublicKey(KeySpec[key.spec], key.der) for party, key in keys.items()}
        return {party: (key, signature_by(key, signatures[party])) for party, key in read.items()}
