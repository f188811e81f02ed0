"""What requests about roles and the administration hold, and their answers."""

from __future__ import annotations

from pydantic import Field

from cantata.accounts.model import Grant, Handover, Role
from cantata.accounts.schemas.common import RoleText, UserText
from cantata.http.schemas import Answer, MomentText, Request


class RoleRequest(Request):
    """A role that a user is to hold, or to lose."""

    role: RoleText
    user: UserText
    expires_at: MomentText | None = None


class RoleAdminRequest(Request):
    """The role that is to administer a role."""

    role: RoleText
    admin_role: RoleText


class GrantAnswer(Answer):
    """A role that a user holds."""

    role: str
    user: str
    granted_by: str
    granted_at: str
    expires_at: str | None

    @classmethod
    def of(cls, grant: Grant) -> GrantAnswer:
        """Show a grant."""
        return cls(
            role=grant.role,
            user=str(grant.user),
            granted_by=str(grant.granted_by),
            granted_at=str(grant.granted_at),
            expires_at=None if grant.expires_at is None else str(grant.expires_at),
        )


class RoleAnswer(Answer):
    """A role and the role that administers it."""

    role: str
    admin_role: str

    @classmethod
    def of(cls, role: Role) -> RoleAnswer:
        """Show a role."""
        return cls(role=role.role, admin_role=role.admin_role)


class HandoverRequest(Request):
    """Who is to administer the platform; null to give the administration up."""

    user: UserText | None


class DelayRequest(Request):
    """How long a handover is to wait."""

    seconds: int = Field(ge=0, le=365 * 86_400)


class HandoverAnswer(Answer):
    """The platform's administration."""

    admin: str | None
    delay_seconds: int
    pending_admin: str | None
    schedule: str | None = Field(description="The handover can be accepted after this time")
    pending_delay_seconds: int | None
    delay_schedule: str | None

    @classmethod
    def of(cls, state: Handover) -> HandoverAnswer:
        """Show the administration."""
        pending = state.pending_delay
        return cls(
            admin=None if state.admin is None else str(state.admin),
            delay_seconds=state.delay.microseconds // 1_000_000,
            pending_admin=None if state.pending_admin is None else str(state.pending_admin),
            schedule=None if state.schedule is None else str(state.schedule),
            pending_delay_seconds=None if pending is None else pending.microseconds // 1_000_000,
            delay_schedule=None if state.delay_schedule is None else str(state.delay_schedule),
        )
