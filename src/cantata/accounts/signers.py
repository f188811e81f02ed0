"""Tells, for any kind of intent, whether who acts signs outside with a key of her own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cantata.accounts.errors import NotOneCommand, SignersMixed
from cantata.accounts.model import PartyKind
from cantata.accounts.repository import users
from cantata.automation.handler import Handler, HearsOfEnd, ManyHandler, Plan, Prepared, Prepares
from cantata.automation.model import Failure, Intent
from cantata.kernel.time import Timestamp
from cantata.ledger.model.updates import Transaction
from cantata.storage.session import WriteSession


class SignedOutside:
    """A handler whose plans wait for signatures when external parties act."""

    def __init__(self, handler: Prepares) -> None:
        self._handler = handler

    @property
    def kind(self) -> str:
        """The kind of intents."""
        return self._handler.kind

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Prepare; raise SignersMixed or NotOneCommand for what cannot be signed at once."""
        plan = await self._handler.prepare(session, intent, now)
        known = await users.parties(session, plan.act_as)
        outside = [party.party for party in known if party.kind is PartyKind.EXTERNAL]
        if not outside:
            return plan
        inside = [party for party in plan.act_as if party not in outside]
        if inside:
            raise SignersMixed(outside, inside)
        if len(plan.commands) != 1:
            raise NotOneCommand(len(plan.commands))
        return replace(plan, external=True)

    async def release(self, session: WriteSession, intent: Intent) -> None:
        """Give back what was reserved."""
        await self._handler.release(session, intent)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Give the result."""
        return await self._handler.finished(session, intent, transaction)

    async def given_up(self, session: WriteSession, intent: Intent, failure: Failure) -> None:
        """Tell the handler of the end, if it wants to hear of it."""
        if isinstance(self._handler, HearsOfEnd):
            await self._handler.given_up(session, intent, failure)


class ManySignedOutside(SignedOutside):
    """The same for a handler of many intents at a time; those signed outside go by themselves."""

    def __init__(self, handler: ManyHandler) -> None:
        super().__init__(handler)
        self._many = handler

    async def prepare_all(
        self, session: WriteSession, intents: Sequence[Intent], now: Timestamp
    ) -> Prepared:
        """Prepare together those whose parties are all ours."""
        acting = {party for intent in intents for party in intent.wish.act_as}
        known = await users.parties(session, sorted(acting))
        outside = {party.party for party in known if party.kind is PartyKind.EXTERNAL}
        apart = [each for each in intents if outside.intersection(each.wish.act_as)]
        found = await self._many.prepare_all(
            session, [each for each in intents if each not in apart], now
        )
        return replace(found, left=[*found.left, *apart])

    async def release_all(self, session: WriteSession, intents: Sequence[Intent]) -> None:
        """Give back what was reserved."""
        await self._many.release_all(session, intents)

    def result(
        self, intent: Intent, transaction: Transaction, part: int | None
    ) -> Mapping[str, Any]:
        """Give the result."""
        return self._many.result(intent, transaction, part)


def signed_outside(handler: Handler) -> Handler:
    """Give a handler whose plans wait for signatures when external parties act.

    The plans of kinds that consult others say themselves who signs.
    """
    if isinstance(handler, ManyHandler):
        return ManySignedOutside(handler)
    return SignedOutside(handler) if isinstance(handler, Prepares) else handler
