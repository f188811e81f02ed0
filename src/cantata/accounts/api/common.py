"""What the routes of accounts share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from cantata.accounts.model import SESSION
from cantata.accounts.schemas.onboarding import SessionAnswer
from cantata.accounts.service.accounts import Accounts
from cantata.http.edge import Mutation, mutation
from cantata.kernel.time import Timestamp


async def accounts_of(request: Request) -> Accounts:
    """Give the use cases that the application was built with."""
    accounts: Accounts = request.app.state.accounts
    return accounts


AccountsDep = Annotated[Accounts, Depends(accounts_of)]
WriteDep = Annotated[Mutation, Depends(mutation("write"))]


def session_answer(tokens: tuple[str, str]) -> SessionAnswer:
    """Show the tokens of a session."""
    access, refresh = tokens
    return SessionAnswer(
        access_token=access,
        refresh_token=refresh,
        expires_in=SESSION.microseconds // 1_000_000,
    )


def moment(text: str | None) -> Timestamp | None:
    """Read a time that may be absent."""
    return None if text is None else Timestamp.parse(text)
