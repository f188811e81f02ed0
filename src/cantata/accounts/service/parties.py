"""Who may act for a party, and what a party accepts unasked."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.accounts.errors import UserUnknown
from cantata.accounts.model import Action, Party, PartyRight, Right
from cantata.accounts.repository import users
from cantata.accounts.service.auditing import note
from cantata.accounts.service.authority import Authority
from cantata.http.caller import Caller
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Clock
from cantata.storage.session import ReadSession, WriteSession


class PartyAccess:
    """The rights to parties."""

    def __init__(self, authority: Authority, clock: Clock) -> None:
        self._authority = authority
        self._clock = clock

    async def party(self, session: ReadSession, name: PartyId) -> Party | None:
        """Give a party of ours."""
        return await users.party(session, name)

    async def parties(self, session: ReadSession, names: Sequence[PartyId]) -> tuple[Party, ...]:
        """Give those of some parties that are ours."""
        return await users.parties(session, names)

    async def give(self, session: WriteSession, caller: Caller, right: PartyRight) -> bool:
        """Let another user act or read for a party of the caller's."""
        await self._require(session, caller, right.party)
        if await users.user(session, right.user) is None:
            raise UserUnknown(str(right.user))
        await users.give_right(session, right)
        await self._note(session, caller, "parties.give", right)
        return True

    async def take(self, session: WriteSession, caller: Caller, right: PartyRight) -> bool:
        """Take a right away."""
        await self._require(session, caller, right.party)
        if not await users.take_right(session, right):
            return False
        await self._note(session, caller, "parties.take", right)
        return True

    async def rights(
        self, session: ReadSession, caller: Caller, party: PartyId
    ) -> tuple[PartyRight, ...]:
        """Give who has rights for a party of the caller's."""
        await self._require(session, caller, party)
        return await users.rights_to(session, party, self._clock.now())

    async def receive_freely(
        self, session: WriteSession, caller: Caller, party: PartyId, value: bool
    ) -> bool:
        """Say whether issuers may mint to a party unasked."""
        await self._require(session, caller, party)
        await users.set_receives_freely(session, party, value)
        now = self._clock.now()
        await note(session, caller, "parties.settings", party, now, receives_freely=str(value))
        return True

    async def _require(self, session: ReadSession, caller: Caller, party: PartyId) -> None:
        action = Action(operation="parties", party=party, right=Right.ACT_AS)
        await self._authority.require(session, caller, action)

    async def _note(
        self, session: WriteSession, caller: Caller, action: str, right: PartyRight
    ) -> None:
        now = self._clock.now()
        await note(
            session, caller, action, right.party, now, user=str(right.user), right=right.right.value
        )
