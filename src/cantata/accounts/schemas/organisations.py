"""What requests about organisations hold, and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from cantata.accounts.model import Organisation
from cantata.accounts.schemas.common import UserText
from cantata.accounts.service.organisations import Member
from cantata.http.schemas import Answer, MomentText, NameText, Request

RoleName = Literal["ADMIN", "MEMBER", "OPERATOR", "AUDITOR"]


class OrganisationRequest(Request):
    """An organisation that is to be founded."""

    name: NameText


class OrganisationAnswer(Answer):
    """An organisation, and what the caller is in it."""

    id: str
    name: str
    roles: list[str] = Field(description="Names of the caller's roles")
    created_at: str

    @classmethod
    def of(cls, found: Organisation, roles: Sequence[str]) -> OrganisationAnswer:
        """Show an organisation with the caller's roles."""
        return cls(
            id=str(found.id), name=found.name, roles=list(roles), created_at=str(found.created_at)
        )


class MemberAnswer(Answer):
    """A member with her roles."""

    user: str
    roles: list[str]

    @classmethod
    def of(cls, member: Member) -> MemberAnswer:
        """Show a member."""
        return cls(user=str(member.user), roles=list(member.roles))


class MemberRequest(Request):
    """A role of the organisation that a user is to hold, or to lose."""

    user: UserText
    role: RoleName = "MEMBER"
    expires_at: MomentText | None = None
