"""The platform's administration: one administrator, handed over in two steps with a delay."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from cantata.accounts import policy
from cantata.accounts.errors import NotAllowed, UserUnknown
from cantata.accounts.model import (
    DEFAULT_ADMIN,
    KEY_LIFETIME,
    ApiKey,
    Grant,
    Handover,
    Role,
    User,
)
from cantata.accounts.repository import keys, roles, users
from cantata.accounts.service.auditing import note
from cantata.accounts.service.secrets import new_key
from cantata.http.caller import Caller
from cantata.kernel.time import Clock, RelTime
from cantata.storage.session import ReadSession, WriteSession

Step = Callable[[Handover], Handover]


class Administration:
    """Who administers the platform, with the semantics of AccessControlDefaultAdminRules."""

    def __init__(self, clock: Clock, environment: str) -> None:
        self._clock = clock
        self._environment = environment

    async def found(self, session: WriteSession) -> str | None:
        """Make the first administrator; give her API key, or None if there was one before."""
        if await roles.handover(session) is not None:
            return None
        now = self._clock.now()
        user = User(
            id=uuid4(), email="administrator", is_verified=False, is_active=True, created_at=now
        )
        secret = new_key(self._environment)
        await users.add_user(session, user, None)
        await roles.add_roles(session, [Role(role=DEFAULT_ADMIN, admin_role=DEFAULT_ADMIN)])
        await roles.put_handover(session, Handover(admin=user.id))
        await self._installed(session, None, user.id)
        await keys.add_key(
            session,
            ApiKey(
                id=secret.id,
                user=user.id,
                name="made at installation",
                scopes=(),
                addresses=(),
                created_at=now,
                expires_at=now + KEY_LIFETIME,
                last_used_at=None,
                revoked_at=None,
            ),
            secret.digest,
        )
        return secret.text

    async def state(self, session: ReadSession) -> Handover:
        """Give who has the administration and who is to get it."""
        return await roles.handover(session) or Handover(admin=None)

    async def begin(
        self, session: WriteSession, caller: Caller, successor: UUID | None
    ) -> Handover:
        """Begin a handover, to nobody to give the administration up."""
        if successor is not None and await users.user(session, successor) is None:
            raise UserUnknown(str(successor))
        now = self._clock.now()
        return await self._step(
            session, caller, "admin.begin", lambda s: policy.begin(s, successor, now)
        )

    async def cancel(self, session: WriteSession, caller: Caller) -> Handover:
        """Take a handover back."""
        return await self._step(session, caller, "admin.cancel", policy.cancel)

    async def accept(self, session: WriteSession, caller: Caller) -> Handover:
        """Complete a handover, as the one whom it is for."""
        now = self._clock.now()
        state = await self._locked(session)
        if not caller.is_scoped_for("admin"):
            raise NotAllowed("key-scope", "your API key does not cover 'admin'", "use another key")
        after = policy.accept(state, caller.user, now)
        await self._keep(session, caller, "admin.accept", after)
        await self._installed(session, state.admin, caller.user)
        return after

    async def renounce(self, session: WriteSession, caller: Caller) -> Handover:
        """Give the administration up for good."""
        now = self._clock.now()
        after = await self._step(
            session, caller, "admin.renounce", lambda s: policy.renounce(s, now)
        )
        await roles.drop_grant(session, DEFAULT_ADMIN, caller.user)
        return after

    async def change_delay(self, session: WriteSession, caller: Caller, delay: RelTime) -> Handover:
        """Schedule another delay."""
        now = self._clock.now()
        return await self._step(
            session, caller, "admin.delay", lambda s: policy.change_delay(s, delay, now)
        )

    async def rollback_delay(self, session: WriteSession, caller: Caller) -> Handover:
        """Take a change of the delay back."""
        now = self._clock.now()
        return await self._step(
            session, caller, "admin.delay_rollback", lambda s: policy.rollback_delay(s, now)
        )

    async def _step(
        self, session: WriteSession, caller: Caller, action: str, step: Step
    ) -> Handover:
        state = await self._locked(session)
        if state.admin != caller.user or not caller.is_scoped_for("admin"):
            raise NotAllowed(
                "default-admin", "you are not the administrator", "ask the administrator"
            )
        after = step(state)
        await self._keep(session, caller, action, after)
        return after

    async def _keep(
        self, session: WriteSession, caller: Caller, action: str, after: Handover
    ) -> None:
        await roles.put_handover(session, after)
        pending = str(after.pending_admin or "nobody")
        await note(session, caller, action, str(after.admin), self._clock.now(), pending=pending)

    async def _locked(self, session: WriteSession) -> Handover:
        return await roles.handover(session, lock=True) or Handover(admin=None)

    async def _installed(self, session: WriteSession, before: UUID | None, after: UUID) -> None:
        """Let the role follow the administration."""
        if before is not None:
            await roles.drop_grant(session, DEFAULT_ADMIN, before)
        grant = Grant(
            role=DEFAULT_ADMIN,
            user=after,
            granted_by=after,
            granted_at=self._clock.now(),
            expires_at=None,
        )
        await roles.put_grant(session, grant)
