"""Allocates parties: the participant's own list of parties tells whether one was allocated."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from cantata.accounts.model import Party, PartyKey, PartyKind, PartyRight, Right
from cantata.accounts.repository import users
from cantata.automation import repository
from cantata.automation.model import ATTEMPTS_MAX, Failure, Intent, State, command_id
from cantata.automation.policy import retry_at
from cantata.kernel.errors import CantataError
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Clock
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import AlreadyExists, LedgerError, Refusal, Retryable
from cantata.ledger.model.administration import Party as LedgerParty
from cantata.ledger.services.administration import Parties
from cantata.lf.interactive.crypto import Algorithm, PublicKey, Signature, SignatureFormat
from cantata.lf.interactive.topology import Onboarded
from cantata.storage.database import Database

Request = Mapping[str, Any]


class Allocation(Protocol):
    """The participant, as far as one kind of parties is concerned; requests are those of intents.

    Both calls raise a `LedgerError`.
    """

    @property
    def kind(self) -> PartyKind:
        """Who has the keys of these parties."""

    async def find(self, request: Request) -> str | None:
        """Give the party that was asked for, if it is there."""

    async def allocate(self, request: Request) -> str:
        """Make it; give its id."""


class HostedParties:
    """Parties whose keys the participant has; `user_id` may act as those that are allocated."""

    kind = PartyKind.INTERNAL

    def __init__(self, parties: Parties, user_id: str = "") -> None:
        self._parties = parties
        self._user_id = user_id

    async def find(self, request: Request) -> str | None:
        """Give the party that was allocated with the hint of a request."""
        async for party in self._parties.known(f"{request['hint']}::"):
            if party.is_local:
                return party.party
        return None

    async def allocate(self, request: Request) -> str:
        """Allocate a party with the hint of a request."""
        found: LedgerParty = await self._parties.allocate(request["hint"], user_id=self._user_id)
        return found.party


class ParticipantTopology:
    """Parties whose keys their users have; they are hosted for confirmation alone."""

    kind = PartyKind.EXTERNAL

    def __init__(self, ledger: LedgerClient, user_id: str = "") -> None:
        self._ledger = ledger
        self._user_id = user_id
        self._synchronizer = ""

    async def topology(self, hint: str, key: PublicKey) -> Onboarded:
        """Give what makes a party with one key, read and compared; record nothing."""
        synchronizer = await self._synchronizer_id()
        return await self._ledger.external.topology(hint, key, synchronizer_id=synchronizer)

    async def find(self, request: Request) -> str | None:
        """Give the party of a request's topology, if it is there."""
        found = await self._ledger.parties.find(request["party"])
        return None if found is None else found.party

    async def allocate(self, request: Request) -> str:
        """Hand in the signed topology of a request."""
        made = await self._ledger.external.onboard(
            [base64.b64decode(each) for each in request["topology"]],
            signature_of(request["signature"]),
            synchronizer_id=await self._synchronizer_id(),
            user_id=self._user_id,
        )
        return made or str(request["party"])

    async def _synchronizer_id(self) -> str:
        if not self._synchronizer:
            connected = await self._ledger.state.synchronizers()
            if not connected:
                raise Retryable("the participant is connected to no synchronizer")
            self._synchronizer = connected[0].synchronizer_id
        return self._synchronizer


class PartyAllocator:
    """Works on intents that allocate parties, beside the one that submits."""

    def __init__(
        self, database: Database, allocations: Mapping[str, Allocation], clock: Clock
    ) -> None:
        self._database = database
        self._allocations = allocations
        self._clock = clock

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of intents that it can work on."""
        return tuple(self._allocations)

    async def step(self, intent: Intent) -> None:
        """Look for the party; allocate it if there is none; write down what is known."""
        sent = await self._sent(intent)
        if sent is None:
            return
        allocation, request = self._allocations[sent.wish.kind], sent.wish.request
        try:
            party = await allocation.find(request) or await allocation.allocate(request)
        except AlreadyExists as error:
            await self._later(sent, error)
        except Refusal as error:
            await self._failed(sent, error)
        except LedgerError as error:
            await self._later(sent, error)
        else:
            await self._done(sent, allocation.kind, PartyId(party))

    async def _sent(self, intent: Intent) -> Intent | None:
        now = self._clock.now()
        async with self._database.write() as session:
            current = await repository.load(session, intent.id, lock=True)
            if current is None or current.is_final:
                return None
            if current.state is State.REQUESTED:
                current = await repository.move(session, current, State.PREPARED, now)
            elif current.state is State.SUBMITTED:
                current = await repository.move(session, current, State.UNKNOWN, now)
            return await repository.move(
                session,
                current,
                State.SUBMITTED,
                now,
                command_id=command_id(current.id, 1),
                attempts=current.attempts + 1,
                due_at=retry_at(now, current.attempts + 1),
            )

    async def _done(self, intent: Intent, kind: PartyKind, party: PartyId) -> None:
        now, request = self._clock.now(), intent.wish.request
        user, is_ours = UUID(intent.wish.requester), kind is PartyKind.INTERNAL
        async with self._database.write() as session:
            await users.add_party(
                session,
                Party(
                    party=party,
                    kind=kind,
                    name=request["name"],
                    receives_freely=is_ours,
                    created_at=now,
                    key=None if is_ours else _key_of(request),
                ),
            )
            right = PartyRight(user=user, party=party, right=Right.ACT_AS, expires_at=None)
            await users.give_right(session, right)
            await repository.move(
                session, intent, State.COMPLETED, now, result={"party": party}, failure=None
            )

    async def _later(self, intent: Intent, error: CantataError) -> None:
        now = self._clock.now()
        if intent.attempts >= ATTEMPTS_MAX and isinstance(error, Retryable):
            await self._failed(intent, error)
            return
        async with self._database.write() as session:
            await repository.move(
                session,
                intent,
                State.UNKNOWN,
                now,
                due_at=retry_at(now, intent.attempts),
                failure=repository.failure_json(Failure.of(error)),
            )

    async def _failed(self, intent: Intent, error: CantataError) -> None:
        async with self._database.write() as session:
            await repository.move(
                session,
                intent,
                State.FAILED,
                self._clock.now(),
                failure=repository.failure_json(Failure.of(error)),
            )


def signature_of(stored: Mapping[str, Any]) -> Signature:
    """Read a signature as the ledger's API writes it."""
    return Signature(
        SignatureFormat[stored["format"]],
        base64.b64decode(stored["signature"]),
        stored["signedBy"],
        Algorithm[stored["signingAlgorithmSpec"]],
    )


def _key_of(request: Request) -> PartyKey:
    return PartyKey(spec=request["key_spec"], der=base64.b64decode(request["key"]))
