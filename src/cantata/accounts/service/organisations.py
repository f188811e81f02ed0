"""Organisations: users that belong together, by roles of the organisation that they hold.

Their roles are roles like all others: granted, taken, given up and expiring as the role graph
says, and never left without an admin.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from cantata.accounts.errors import OrganisationUnknown, TooManyOrganisations
from cantata.accounts.model import (
    ORGANISATION_ADMIN,
    ORGANISATION_ROLES,
    ORGANISATIONS_MAX,
    Action,
    Grant,
    Organisation,
    organisation_of,
    organisation_role,
)
from cantata.accounts.repository import roles
from cantata.accounts.service.auditing import note
from cantata.accounts.service.authority import Authority
from cantata.accounts.service.roles import Roles
from cantata.http.caller import Caller
from cantata.kernel.time import Clock
from cantata.storage.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A user with the names of her roles in an organisation."""

    user: UUID
    roles: tuple[str, ...]


class Organisations:
    """The use cases of organisations; who is no member does not learn that there is one."""

    def __init__(self, authority: Authority, roles_: Roles, clock: Clock) -> None:
        self._authority = authority
        self._roles = roles_
        self._clock = clock

    async def found(self, session: WriteSession, caller: Caller, name: str) -> Organisation:
        """Found an organisation; its founder holds all of its roles."""
        await self._authority.require(session, caller, Action(operation="organisations"))
        held = await roles.organisations_of(session, caller.user, self._clock.now())
        if len(held) >= ORGANISATIONS_MAX:
            raise TooManyOrganisations(ORGANISATIONS_MAX)
        now = self._clock.now()
        made = Organisation(id=uuid4(), name=name, created_at=now)
        await roles.add_organisation(session, made)
        admin = organisation_role(ORGANISATION_ADMIN, made.id)
        names = [organisation_role(each, made.id) for each in ORGANISATION_ROLES]
        await self._roles.found(session, caller, admin, names)
        await note(session, caller, "organisations.found", str(made.id), now, name=name)
        return made

    async def own(
        self, session: ReadSession, caller: Caller
    ) -> tuple[tuple[Organisation, tuple[str, ...]], ...]:
        """Give the organisations of a caller with her roles in each."""
        held: dict[UUID, list[str]] = {}
        for grant in await roles.grants_of(session, caller.user, self._clock.now()):
            organisation = organisation_of(grant.role)
            if organisation is not None:
                held.setdefault(organisation, []).append(_short(grant))
        found = await roles.organisations(session, tuple(held))
        return tuple((each, tuple(sorted(held[each.id]))) for each in found)

    async def members(
        self, session: ReadSession, caller: Caller, identity: UUID
    ) -> tuple[Member, ...]:
        """Give who holds which roles of an organisation of the caller's."""
        now = self._clock.now()
        if identity not in await roles.organisations_of(session, caller.user, now):
            raise OrganisationUnknown(str(identity))
        held: dict[UUID, list[str]] = {}
        for name in (ORGANISATION_ADMIN, *ORGANISATION_ROLES):
            for grant in await roles.grants(session, organisation_role(name, identity), now):
                held.setdefault(grant.user, []).append(_short(grant))
        return tuple(Member(user=user, roles=tuple(names)) for user, names in held.items())


def _short(grant: Grant) -> str:
    return grant.role.partition("@")[0]
