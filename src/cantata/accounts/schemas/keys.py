"""What requests about API keys hold, and their answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cantata.accounts.model import ApiKey
from cantata.http.schemas import AmountText, Answer, MomentText, NameText, Request


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
