"""What coming in takes and gives: addresses, codes, sessions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cantata.http.schemas import Answer, EmailText, Request

Custody = Literal["platform", "own"]


class OnboardingRequest(Request):
    """Who wants to come in, and who is to have the key of her first party.

    With `own`, no party is made: POST /v1/parties/external:prepare begins one with a key of hers.
    """

    email: EmailText
    custody: Custody = "platform"


class CodeRequest(Request):
    """The code that was mailed."""

    email: EmailText
    code: str = Field(pattern=r"^[0-9]{8}$")
    custody: Custody = "platform"


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
    operation: str | None = Field(description="What makes the party; null if none was asked for")
    session: SessionAnswer | None


class CodeAnswer(Answer):
    """A code is on its way."""

    verification: Literal["code_sent"] = "code_sent"


class RefreshRequest(Request):
    """The refresh token of a session."""

    refresh_token: str = Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")


class NonceAnswer(Answer):
    """What to ask the issuer for: a token for this audience with this nonce."""

    nonce: str
    issuer: str
    audience: str
    expires_at: str


class SsoRequest(Request):
    """A token of the issuer, made for the nonce."""

    token: str = Field(min_length=1, max_length=8_192, pattern=r"^[!-~]+$")
    custody: Custody = "platform"
