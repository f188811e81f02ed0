"""What requests about parties and their rights hold, and their answers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cantata.accounts.model import Party, Right
from cantata.accounts.schemas.common import RoleText, UserText
from cantata.accounts.schemas.organisations import OrganisationAnswer
from cantata.accounts.schemas.roles import GrantAnswer
from cantata.http.schemas import AmountText, Answer, MomentText, NameText, PartyText, Request


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
    organisations: list[OrganisationAnswer]
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
    """A right for a party that another user, or all who hold a role, are to have or to lose."""

    party: PartyText
    user: UserText | None = None
    role: RoleText | None = Field(default=None, description="Instead of a user")
    right: Literal["act_as", "read_as"]
    expires_at: MomentText | None = None


class RightAnswer(Answer):
    """A right that a user has, or all who hold a role."""

    party: str
    user: str | None
    role: str | None
    right: Literal["act_as", "read_as"]
    expires_at: str | None


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
