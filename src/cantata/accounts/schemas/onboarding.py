"""What coming in takes and gives: addresses, codes, sessions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cantata.http.schemas import Answer, EmailText, Request


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
