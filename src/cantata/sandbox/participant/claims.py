"""What a caller may do, as an authenticator found it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from cantata.sandbox.participant.errors import permission_denied


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The rights of one request; `user_id` is "" when no token names a user.

    `anything` stands for a ledger without authentication. `expires_at` is in microseconds since
    1970, None for never. `is_current` turns False when the user's rights change: open streams
    then end with STALE_STREAM_AUTHORIZATION.
    """

    user_id: str = ""
    identity_provider_id: str = ""
    anything: bool = False
    admin: bool = False
    identity_provider_admin: bool = False
    act_as: frozenset[str] = frozenset()
    read_as: frozenset[str] = frozenset()
    execute_as: frozenset[str] = frozenset()
    read_as_any: bool = False
    execute_as_any: bool = False
    expires_at: int | None = None
    is_current: Callable[[], bool] = _always

    def require_admin(self) -> None:
        """Refuse everybody but administrators of the participant."""
        if not (self.anything or self.admin):
            raise permission_denied("the caller is no administrator")

    def require_administration(self, identity_provider_id: str = "") -> None:
        """Refuse everybody but administrators of the participant or of that identity provider."""
        within = self.identity_provider_admin and (
            identity_provider_id in ("", self.identity_provider_id)
        )
        if not within:
            self.require_admin()

    def require_act_as(self, parties: Iterable[str]) -> None:
        """Refuse a caller who may not act as each of the parties."""
        if not self.anything and not self.act_as.issuperset(parties):
            raise permission_denied("the caller may not act as these parties")

    def require_execute_as(self, parties: Iterable[str]) -> None:
        """Refuse a caller who may not execute external submissions of each of the parties."""
        if self.anything or self.execute_as_any:
            return
        if not (self.execute_as | self.act_as).issuperset(parties):
            raise permission_denied("the caller may not execute as these parties")

    def require_read_as(self, parties: Iterable[str]) -> None:
        """Refuse a caller who may not read as each of the parties; acting implies reading."""
        if self.anything or self.read_as_any:
            return
        if not (self.read_as | self.act_as).issuperset(parties):
            raise permission_denied("the caller may not read as these parties")

    def require_read_as_any(self) -> None:
        """Refuse a caller who may not read what all parties see."""
        if not (self.anything or self.read_as_any):
            raise permission_denied("the caller may not read as any party")


EVERYTHING = Claims(anything=True)
"""The claims of everybody on a ledger without authentication."""


class Authenticator(Protocol):
    """Finds the claims of a caller."""

    async def claims(self, token: str | None) -> Claims:
        """Give the claims of a bearer token, or raise `unauthenticated()` or a denial.

        `token` is the text behind ``Bearer`` or ``jwt.token.``, None when there was none.
        """
        ...


class NoAuthentication:
    """Lets everybody do everything; a token is not looked at."""

    async def claims(self, token: str | None) -> Claims:
        """Give the right to do anything."""
        return EVERYTHING
