"""Who may act for a party, and what a party accepts unasked."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.accounts.errors import RoleUnknown, UserUnknown
from cantata.accounts.model import (
    Action,
    AnyRight,
    Party,
    Right,
    RoleRight,
    organisation_of,
)
from cantata.accounts.policy import rights_after, rights_without
from cantata.accounts.repository import roles, users
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

    async def give(self, session: WriteSession, caller: Caller, right: AnyRight) -> bool:
        """Let another user, or all who hold a role, act or read for a party of the caller's.

        Raise NotAllowed for longer than she may herself, and to who acts by a role alone.
        """
        await self._require(session, caller, right.party)
        rights_after(await self._locked(session, right.party), caller.user, right)
        if isinstance(right, RoleRight):
            await self._require_role(session, caller, right.role)
            await users.give_role_right(session, right)
        else:
            if await users.user(session, right.user) is None:
                raise UserUnknown(str(right.user))
            await users.give_right(session, right)
        await self._note(session, caller, "parties.give", right)
        return True

    async def take(self, session: WriteSession, caller: Caller, right: AnyRight) -> bool:
        """Take a right away; raise LastHolder if nobody would act for the party for good."""
        await self._require(session, caller, right.party)
        rights_without(await self._locked(session, right.party), caller.user, right)
        if isinstance(right, RoleRight):
            is_taken = await users.take_role_right(session, right)
        else:
            is_taken = await users.take_right(session, right)
        if is_taken:
            await self._note(session, caller, "parties.take", right)
        return is_taken

    async def rights(
        self, session: ReadSession, caller: Caller, party: PartyId
    ) -> tuple[AnyRight, ...]:
        """Give who has rights for a party of the caller's, users before roles."""
        await self._require(session, caller, party)
        return await self._held(session, party)

    async def _locked(self, session: WriteSession, party: PartyId) -> tuple[AnyRight, ...]:
        """Give the rights to a party, which nobody else changes meanwhile."""
        await users.lock_party(session, party)
        return await self._held(session, party)

    async def _held(self, session: ReadSession, party: PartyId) -> tuple[AnyRight, ...]:
        now = self._clock.now()
        by_users: tuple[AnyRight, ...] = await users.rights_to(session, party, now)
        return (*by_users, *await users.role_rights_to(session, party, now))

    async def _require_role(self, session: ReadSession, caller: Caller, name: str) -> None:
        """Refuse a role that does not exist, or that is of an organisation of others."""
        organisation, now = organisation_of(name), self._clock.now()
        is_ours = organisation is None or organisation in await roles.organisations_of(
            session, caller.user, now
        )
        if not is_ours or await roles.role(session, name) is None:
            raise RoleUnknown(name)

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
        self, session: WriteSession, caller: Caller, action: str, right: AnyRight
    ) -> None:
        now = self._clock.now()
        holder = right.role if isinstance(right, RoleRight) else str(right.user)
        await note(
            session, caller, action, right.party, now, holder=holder, right=right.right.value
        )
