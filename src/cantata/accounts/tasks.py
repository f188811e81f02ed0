"""Allocates parties: the participant's own list of parties tells whether one was allocated."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from cantata.accounts.model import ALLOCATE, Party, PartyKind, PartyRight, Right
from cantata.accounts.repository import users
from cantata.automation import repository
from cantata.automation.model import ATTEMPTS_MAX, Failure, Intent, State, command_id
from cantata.automation.policy import retry_at
from cantata.kernel.errors import CantataError
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Clock
from cantata.ledger.errors import AlreadyExists, LedgerError, Refusal, Retryable
from cantata.ledger.model.administration import Party as LedgerParty
from cantata.ledger.services.administration import Parties
from cantata.storage.database import Database


class PartyRegister(Protocol):
    """The participant, as far as parties are concerned."""

    async def find_by_hint(self, hint: str) -> str | None:
        """Give the party that was allocated with a hint."""

    async def allocate(self, hint: str) -> str:
        """Allocate a party."""


class ParticipantParties:
    """The parties of a participant; `user_id` may act as those that are allocated."""

    def __init__(self, parties: Parties, user_id: str = "") -> None:
        self._parties = parties
        self._user_id = user_id

    async def find_by_hint(self, hint: str) -> str | None:
        """Give the party that was allocated with a hint."""
        async for party in self._parties.known(f"{hint}::"):
            if party.is_local:
                return party.party
        return None

    async def allocate(self, hint: str) -> str:
        """Allocate a party."""
        found: LedgerParty = await self._parties.allocate(hint, user_id=self._user_id)
        return found.party


class PartyAllocator:
    """Works on intents of the kind `accounts.allocate_party`, beside the one that submits."""

    kinds = (ALLOCATE,)

    def __init__(self, database: Database, register: PartyRegister, clock: Clock) -> None:
        self._database = database
        self._register = register
        self._clock = clock

    async def step(self, intent: Intent) -> None:
        """Look for the party; allocate it if there is none; write down what is known."""
        sent = await self._sent(intent)
        if sent is None:
            return
        hint = sent.wish.request["hint"]
        try:
            party = await self._register.find_by_hint(hint) or await self._register.allocate(hint)
        except AlreadyExists as error:
            await self._later(sent, error)
        except Refusal as error:
            await self._failed(sent, error)
        except LedgerError as error:
            await self._later(sent, error)
        else:
            await self._done(sent, PartyId(party))

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

    async def _done(self, intent: Intent, party: PartyId) -> None:
        now = self._clock.now()
        user = UUID(intent.wish.requester)
        async with self._database.write() as session:
            await users.add_party(
                session,
                Party(
                    party=party,
                    kind=PartyKind.INTERNAL,
                    name=intent.wish.request["name"],
                    receives_freely=True,
                    created_at=now,
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
