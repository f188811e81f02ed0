"""What requests about accounts hold, and their answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cantata.accounts.model import ApiKey, Grant, Handover, Party, Right, Role
from cantata.http.schemas import (
    AmountText,
    Answer,
    EmailText,
    MomentText,
    NameText,
    PartyText,
    Request,
)

UserText = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
]
RoleText = Annotated[str, Field(min_length=1, max_length=400, pattern=r"^[ -~]+$")]


class OnboardingRequest(Request):
    """Who wants to come in."""

    email: EmailText


class CodeRequest(Request):
    """The code that was mailed."""

    email: EmailText
    code: str = Field(pattern=r"^[0-9]{8}$")


class SessionAnswer(Answer):
    """Tokens of a session."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int = Field(description="Seconds that the access token is good for")


class OnboardingAnswer(Answer):
    """A user who is let in; her party is null until the operation is completed."""

    user: str
    party: str | None
    operation: str
    session: SessionAnswer | None


class CodeAnswer(Answer):
    """A code is on its way."""

    verification: Literal["code_sent"] = "code_sent"


class RefreshRequest(Request):
    """The refresh token of a session."""

    refresh_token: str = Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")


class PartyAnswer(Answer):
    """A party of the caller's."""

    party: str
    kind: Literal["internal", "external"]
    name: str
    receives_freely: bool
    rights: list[Literal["act_as", "read_as"]]
    created_at: str

    @classmethod
    def of(cls, party: Party, rights: list[Right]) -> PartyAnswer:
        """Show a party with the caller's rights."""
        return cls(
            party=party.party,
            kind=party.kind.value,
            name=party.name,
            receives_freely=party.receives_freely,
            rights=sorted(right.value for right in rights),
            created_at=str(party.created_at),
        )


class MeAnswer(Answer):
    """The caller."""

    user: str
    email: str
    organisation: str | None
    parties: list[PartyAnswer]
    roles: list[GrantAnswer]


class PartyRequest(Request):
    """A further party that the caller wants."""

    name: NameText


class PartySettings(Request):
    """What can be changed of a party."""

    party: PartyText
    receives_freely: bool = Field(description="Whether issuers may mint to it unasked")


class RightRequest(Request):
    """A right for a party that another user is to have, or to lose."""

    party: PartyText
    user: UserText
    right: Literal["act_as", "read_as"]
    expires_at: MomentText | None = None


class RightAnswer(Answer):
    """A right that a user has."""

    party: str
    user: str
    right: Literal["act_as", "read_as"]
    expires_at: str | None


class Changed(Answer):
    """Whether a request changed anything."""

    changed: bool


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


class ScopeSchema(Request):
    """What a key may do."""

    operation: str = Field(pattern=r"^(\*|[a-z_.]{1,40})$")
    token: str = Field(default="*", max_length=400, pattern=r"^[ -~]+$")
    ceiling: AmountText | None = None


class KeyRequest(Request):
    """A key that is wanted; without scopes it may do what its user may."""

    name: NameText
    scopes: list[ScopeSchema] = Field(default=[], max_length=50)
    addresses: list[Annotated[str, Field(max_length=45, pattern=r"^[0-9a-fA-F:.]+$")]] = Field(
        default=[], max_length=50, description="Addresses that it may be used from; empty: any"
    )
    expires_at: MomentText | None = None


class KeyAnswer(Answer):
    """A key without its secret."""

    id: str
    name: str
    scopes: list[dict[str, str | None]]
    addresses: list[str]
    created_at: str
    expires_at: str
    last_used_at: str | None
    revoked_at: str | None

    @classmethod
    def of(cls, key: ApiKey) -> KeyAnswer:
        """Show a key."""
        return cls(
            id=key.id,
            name=key.name,
            scopes=list(key.scopes),
            addresses=list(key.addresses),
            created_at=str(key.created_at),
            expires_at=str(key.expires_at),
            last_used_at=None if key.last_used_at is None else str(key.last_used_at),
            revoked_at=None if key.revoked_at is None else str(key.revoked_at),
        )


class NewKeyAnswer(KeyAnswer):
    """A key with its secret, which is shown this once."""

    secret: str | None = Field(default=None, description="Absent when a request is repeated")


class DecisionAnswer(Answer):
    """Whether the caller may do something."""

    allowed: bool
    rule: str
    reason: str
    remedy: str


class ExplainRequest(Request):
    """An action that the caller wants to know about."""

    operation: str = Field(pattern=r"^[a-z_.]{1,40}$")
    party: PartyText | None = None
    right: Literal["act_as", "read_as"] = "act_as"
    role: RoleText | None = None
    token: str = Field(default="*", max_length=400, pattern=r"^[ -~]+$")
    amount: AmountText | None = None
