"""Who calls: a user, by a session of hers or by a key that may do less than she may."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cantata.kernel.money import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an API key may do: an operation (or `*`), of one token or all, up to an amount."""

    operation: str
    token: str = "*"
    ceiling: Decimal | None = None

    def covers(self, operation: str, token: str, amount: Decimal | None) -> bool:
        """Tell whether it allows an operation."""
        return (
            self.operation in ("*", operation)
            and self.token in ("*", token)
            and (self.ceiling is None or (amount is not None and amount <= self.ceiling))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An authenticated user; what she may do is looked up, never read from her token.

    `scopes` bound a key; None, as for sessions, bounds nothing. `is_bounded` tells whether anything
    does, such as the addresses that a key is good from. `principal` is what limits count.
    """

    user: UUID
    principal: str
    address: str = ""
    scopes: tuple[Scope, ...] | None = None
    token_id: str = ""
    is_bounded: bool = False

    @property
    def requester(self) -> str:
        """Give the name under which what she asks for is recorded."""
        return str(self.user)

    def is_scoped_for(
        self, operation: str, token: str = "*", amount: Decimal | None = None
    ) -> bool:
        """Tell whether the key, if there is one, may be used for an operation."""
        return self.scopes is None or any(s.covers(operation, token, amount) for s in self.scopes)
