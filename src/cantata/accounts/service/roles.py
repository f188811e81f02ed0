"""Roles: granted by who holds the role's admin role, enumerable, expiring, never left without."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cantata.accounts.errors import (
    ConfirmationWrong,
    LastAdmin,
    NotAllowed,
    RoleUnknown,
    UserUnknown,
)
from cantata.accounts.model import Grant, Role, token_role
from cantata.accounts.policy import require_grantable
from cantata.accounts.repository import roles, users
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
    """The role graph, with the semantics of OpenZeppelin's AccessControl and our guards."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def found_token(self, session: WriteSession, caller: Caller, token: str) -> None:
        """Make the roles of a new token; its creator holds the admin's, the minter's and all."""
        admin = token_role(TOKEN_ADMIN, token)
        names = [token_role(name, token) for name in TOKEN_ROLES]
        await roles.add_roles(
            session, [Role(role=name, admin_role=admin) for name in (admin, *names)]
        )
        now = self._clock.now()
        for name in (admin, *names):
            await roles.put_grant(
                session,
                Grant(
                    role=name,
                    user=caller.user,
                    granted_by=caller.user,
                    granted_at=now,
                    expires_at=None,
                ),
            )

    async def grant(self, session: WriteSession, caller: Caller, wanted: Membership) -> bool:
        """Grant a role; tell whether it is news."""
        role = await self._administered(session, caller, wanted.role)
        require_grantable(role)
        if await users.user(session, wanted.user) is None:
            raise UserUnknown(str(wanted.user))
        now = self._clock.now()
        held = [g for g in await roles.grants(session, role.role, now) if g.user == wanted.user]
        if held and held[0].expires_at == wanted.expires_at:
            return False
        await roles.put_grant(
            session,
            Grant(
                role=role.role,
                user=wanted.user,
                granted_by=caller.user,
                granted_at=now,
                expires_at=wanted.expires_at,
            ),
        )
        await note(session, caller, "roles.grant", str(wanted.user), now, role=role.role)
        return True

    async def revoke(self, session: WriteSession, caller: Caller, wanted: Membership) -> bool:
        """Take a role away; tell whether it is news."""
        role = await self._administered(session, caller, wanted.role)
        require_grantable(role)
        return await self._drop(session, caller, role, wanted.user)

    async def renounce(self, session: WriteSession, caller: Caller, wanted: Membership) -> bool:
        """Give a role of one's own up; the user must name herself."""
        if wanted.user != caller.user:
            raise ConfirmationWrong
        role = await self._role(session, wanted.role)
        require_grantable(role)
        return await self._drop(session, caller, role, wanted.user)

    async def set_admin_role(
        self, session: WriteSession, caller: Caller, name: str, admin_role: str
    ) -> None:
        """Let another role administer a role, from now on; who holds it keeps it."""
        role = await self._administered(session, caller, name)
        require_grantable(role)
        await self._role(session, admin_role)
        await roles.set_admin_role(session, name, admin_role)
        await note(
            session, caller, "roles.set_admin", name, self._clock.now(), admin_role=admin_role
        )

    async def listed(self, session: ReadSession, suffix: str) -> tuple[Role, ...]:
        """Give the roles of a token, or all."""
        return await roles.roles(session, suffix, ROLES_MAX)

    async def members(self, session: ReadSession, name: str) -> tuple[Grant, ...]:
        """Give who holds a role now."""
        await self._role(session, name)
        return await roles.grants(session, name, self._clock.now())

    async def of_user(self, session: ReadSession, user: UUID) -> tuple[Grant, ...]:
        """Give the roles that a user holds now."""
        return await roles.grants_of(session, user, self._clock.now())

    async def _drop(self, session: WriteSession, caller: Caller, role: Role, user: UUID) -> bool:
        await roles.lock_role(session, role.role)
        now = self._clock.now()
        holders = [grant.user for grant in await roles.grants(session, role.role, now)]
        if role.admin_role == role.role and holders == [user]:
            raise LastAdmin(role.role)
        if not await roles.drop_grant(session, role.role, user):
            return False
        await note(session, caller, "roles.revoke", str(user), now, role=role.role)
        return True

    async def _administered(self, session: WriteSession, caller: Caller, name: str) -> Role:
        """Give a role; raise NotAllowed unless the caller holds its admin role."""
        role = await self._role(session, name)
        if not caller.is_scoped_for("roles") or not await roles.holds(
            session, role.admin_role, caller.user, self._clock.now()
        ):
            raise NotAllowed(
                "role-admin",
                f"you do not hold {role.admin_role!r}, which administers {name!r}",
                "let who administers it do it",
            )
        return role

    async def _role(self, session: ReadSession, name: str) -> Role:
        found = await roles.role(session, name)
        if found is None:
            raise RoleUnknown(name)
        return found
