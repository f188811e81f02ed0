"""Parties with keys of their own: their topology is given to sign, and handed in signed.

Nothing is kept between the two: what is handed in tells everything, and is checked as if nobody
had asked for it.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID, uuid4

from cantata.accounts.errors import SignatureRefused, TopologyUnknown
from cantata.accounts.model import ALLOCATE_EXTERNAL, Action
from cantata.accounts.service.authority import Authority
from cantata.automation import repository as intents
from cantata.automation.model import Intent, Wish
from cantata.http.caller import Caller
from cantata.kernel.time import Clock
from cantata.ledger.services.external import NotAsIntended, checked_topology, signature_json
from cantata.lf.interactive.crypto import PublicKey, signature_by, verify
from cantata.lf.interactive.errors import InvalidSignature
from cantata.lf.interactive.topology import Onboarded
from cantata.observability.tracing import current as trace
from cantata.storage.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalOrder:
    """A party that is wanted: its key, its topology, and the signature over its multi-hash."""

    key: PublicKey
    transactions: tuple[bytes, ...]
    signature: bytes
    name: str


class Topologies(Protocol):
    """The ledger, as far as the first of the two calls needs it."""

    async def topology(self, hint: str, key: PublicKey) -> Onboarded:
        """Give what makes a party with this one key, read and compared; record nothing."""


class ExternalParties:
    """Brings parties into being whose keys we never see."""

    def __init__(self, authority: Authority, ledger: Topologies, clock: Clock) -> None:
        self._authority = authority
        self._ledger = ledger
        self._clock = clock

    async def allow(self, session: ReadSession, caller: Caller) -> None:
        """Raise NotAllowed for who may not have parties."""
        await self._authority.require(session, caller, Action(operation="parties"))

    async def topology(self, caller: Caller, key: PublicKey) -> Onboarded:
        """Give the topology of a caller's party with this key, to be signed; keep nothing."""
        return await self._ledger.topology(hint_of(caller.user, key), key)

    async def allocate(
        self, session: WriteSession, caller: Caller, order: ExternalOrder, key: str
    ) -> tuple[Intent, bool]:
        """Ask for the party of a signed topology.

        Raise TopologyUnknown for another topology than that of the caller's party with this key,
        SignatureRefused for a signature that does not authorize it.
        """
        await self.allow(session, caller)
        hint, signature = hint_of(caller.user, order.key), signature_by(order.key, order.signature)
        try:
            made = checked_topology(hint, order.key, order.transactions)
            verify(order.key, made.multi_hash, signature)
        except NotAsIntended:
            raise TopologyUnknown from None
        except InvalidSignature as error:
            raise SignatureRefused(str(order.key.fingerprint), error.reason) from None
        wish = Wish(
            kind=ALLOCATE_EXTERNAL,
            requester=caller.requester,
            key=key,
            subject=caller.requester,
            act_as=(),
            request={
                "party": str(made.party),
                "name": order.name,
                "key_spec": order.key.spec.name,
                "key": _base64(order.key.der),
                "topology": [_base64(each) for each in order.transactions],
                "signature": signature_json(signature),
            },
        )
        return await intents.record(session, wish, uuid4(), self._clock.now(), trace.get())


def hint_of(user: UUID, key: PublicKey) -> str:
    """Give the name of a user's party with a key: it tells neither, and is always the same."""
    seed = user.bytes + key.fingerprint.encode()
    return f"user-{hashlib.sha256(seed).hexdigest()[:16]}"


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
