"""Roles: granted by who holds the role's admin role, enumerable, expiring, never left without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cantata.accounts.errors import NotAllowed, RoleUnknown, UserUnknown
from cantata.accounts.model import DEFAULT_ADMIN, Grant, Role, organisation_of, token_role
from cantata.accounts.repository import roles, users
from cantata.accounts.role_graph import RoleGraph
from cantata.accounts.service.auditing import note
from cantata.http.caller import Caller
from cantata.kernel.time import Clock, Timestamp
from cantata.storage.session import ReadSession, WriteSession

TOKEN_ROLES = ("MINTER", "BURNER", "PAUSER", "FREEZER", "AGENT", "COMPLIANCE")
"""The roles of a token, all administered by its ADMIN."""

TOKEN_ADMIN = "ADMIN"
ROLES_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A role, a user, and until when."""

    role: str
    user: UUID
    expires_at: Timestamp | None = None


class Roles:
    """Loads what of the graph decides, lets it decide, and records what changed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def found_token(self, session: WriteSession, caller: Caller, token: str) -> None:
        """Make the roles of a new token; its creator holds the admin's, the minter's and all."""
        names = [token_role(name, token) for name in TOKEN_ROLES]
        await self.found(session, caller, token_role(TOKEN_ADMIN, token), names)

    async def found(
        self, session: WriteSession, caller: Caller, admin: str, names: Sequence[str]
    ) -> None:
        """Make roles with one that administers them and itself; their founder holds them all."""
        made = [Role(role=name, admin_role=admin) for name in (admin, *names)]
        await roles.add_roles(session, made)
        now = self._clock.now()
        for role in made:
            await roles.put_grant(
                session,
                Grant(
                    role=role.role,
                    user=caller.user,
                    granted_by=caller.user,
                    granted_at=now,
                    expires_at=None,
                ),
            )

    async def grant(self, session: WriteSession, caller: Caller, wanted: Membership) -> bool:
        """Grant a role; tell whether it is news."""
        graph = await self._graph(session, caller, wanted.role)
        after = graph.grant(caller.user, wanted.role, wanted.user, wanted.expires_at)
        if await users.user(session, wanted.user) is None:
            raise UserUnknown(str(wanted.user))
        if after is graph:
            return False
        now = self._clock.now()
        await roles.put_grant(
            session,
            Grant(
                role=wanted.role,
                user=wanted.user,
                granted_by=caller.user,
                granted_at=now,
                expires_at=wanted.expires_at,
            ),
        )
        await note(session, caller, "roles.grant", str(wanted.user), now, role=wanted.role)
        return True

    async def revoke(self, session: WriteSession, caller: Caller, wanted: Membership) -> bool:
        """Take a role away; tell whether it is news."""
        graph = await self._graph(session, caller, wanted.role)
        after = graph.revoke(caller.user, wanted.role, wanted.user)
        return after is not graph and await self._dropped(session, caller, wanted)

    async def renounce(self, session: WriteSession, caller: Caller, wanted: Membership) -> bool:
        """Give a role of one's own up; the user must name herself."""
        graph = await self._graph(session, caller, wanted.role)
        after = graph.renounce(caller.user, wanted.role, wanted.user)
        return after is not graph and await self._dropped(session, caller, wanted)

    async def set_admin_role(
        self, session: WriteSession, caller: Caller, name: str, admin_role: str
    ) -> None:
        """Let another role administer a role, from now on; who holds it keeps it."""
        graph = await self._graph(session, caller, name, admin_role)
        graph.set_admin(caller.user, name, admin_role)
        await roles.set_admin_role(session, name, admin_role)
        await note(
            session, caller, "roles.set_admin", name, self._clock.now(), admin_role=admin_role
        )

    async def listed(self, session: ReadSession, caller: Caller, suffix: str) -> tuple[Role, ...]:
        """Give the roles of a token, or all; those of organisations to their members alone."""
        visible = await roles.organisations_of(session, caller.user, self._clock.now())
        return await roles.roles(session, suffix, tuple(visible), ROLES_MAX)

    async def members(self, session: ReadSession, caller: Caller, name: str) -> tuple[Grant, ...]:
        """Give who holds a role now, to who holds one of the same thing, or administers all."""
        held = [grant.role for grant in await self.of_user(session, caller.user)]
        is_known = DEFAULT_ADMIN in held and organisation_of(name) is None
        is_known = is_known or _thing(name) in map(_thing, held)
        if not is_known or await roles.role(session, name) is None:
            raise RoleUnknown(name)
        return await roles.grants(session, name, self._clock.now())

    async def of_user(self, session: ReadSession, user: UUID) -> tuple[Grant, ...]:
        """Give the roles that a user holds now."""
        return await roles.grants_of(session, user, self._clock.now())

    async def _graph(self, session: WriteSession, caller: Caller, *names: str) -> RoleGraph:
        """Give what of the graph decides about roles; refuse who may not see or change them."""
        for name in names:
            await self._require_visible(session, caller, name)
        if not caller.is_scoped_for("roles"):
            raise NotAllowed("key-scope", "your API key does not cover 'roles'", "use another key")
        return await roles.graph(session, names, self._clock.now())

    async def _require_visible(self, session: ReadSession, caller: Caller, name: str) -> None:
        organisation = organisation_of(name)
        if organisation is None:
            return
        held = await roles.organisations_of(session, caller.user, self._clock.now())
        if organisation not in held:
            raise RoleUnknown(name)

    async def _dropped(self, session: WriteSession, caller: Caller, wanted: Membership) -> bool:
        await roles.drop_grant(session, wanted.role, wanted.user)
        now = self._clock.now()
        await note(session, caller, "roles.revoke", str(wanted.user), now, role=wanted.role)
        return True


def _thing(role: str) -> str:
    """Give what a role is of: a token, an organisation, or the platform."""
    return role.partition("@")[2]
