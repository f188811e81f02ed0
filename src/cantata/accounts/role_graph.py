"""The role graph: who may grant and take which role; pure, with AccessControl's semantics.

Every role has one admin role, whose holders grant and take it. Three things are our own: of roles
that administer others somebody always holds one for good, or one that could grant it again; grants
expire; the platform's administration is handed over, never granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from cantata.accounts.errors import (
    ConfirmationWrong,
    LastAdmin,
    NotAllowed,
    RoleNotGrantable,
    RoleUnknown,
)
from cantata.accounts.model import DEFAULT_ADMIN
from cantata.kernel.time import Timestamp

CHAIN_MAX = 1_000
"""Roles that administer each other in one chain."""

Holders = Mapping[UUID, Timestamp | None]
"""Who holds a role now, and until when; None for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGraph:
    """Roles with their admin roles, and who holds each of them now."""

    admins: Mapping[str, str]
    holders: Mapping[str, Holders]

    def holds(self, role: str, user: UUID) -> bool:
        """Tell whether a user holds a role."""
        return user in self.holders.get(role, {})

    def grant(self, caller: UUID, role: str, user: UUID, expires_at: Timestamp | None) -> RoleGraph:
        """Grant a role, or change until when; the same graph if that is so already."""
        self._require_admin(caller, role)
        held = self.holders.get(role, {})
        if user in held and held[user] == expires_at:
            return self
        return self._with(role, {**held, user: expires_at})

    def revoke(self, caller: UUID, role: str, user: UUID) -> RoleGraph:
        """Take a role away; the same graph if the user does not hold it."""
        self._require_admin(caller, role)
        return self._without(role, user)

    def renounce(self, caller: UUID, role: str, user: UUID) -> RoleGraph:
        """Give a role of one's own up; the user must be the caller."""
        if user != caller:
            raise ConfirmationWrong
        self._require_grantable(role)
        return self._without(role, user)

    def set_admin(self, caller: UUID, role: str, admin_role: str) -> RoleGraph:
        """Let another role administer a role; who holds it keeps it."""
        self._require_admin(caller, role)
        if admin_role not in self.admins:
            raise RoleUnknown(admin_role)
        return _kept(replace(self, admins={**self.admins, role: admin_role}), admin_role)

    def chain(self, role: str) -> Iterator[str]:
        """Give a role, the role that administers it, and so on, each once."""
        seen: set[str] = set()
        while role in self.admins and role not in seen and len(seen) < CHAIN_MAX:
            seen.add(role)
            yield role
            role = self.admins[role]

    def _require_admin(self, caller: UUID, role: str) -> None:
        self._require_grantable(role)
        admin = self.admins[role]
        if not self.holds(admin, caller):
            raise NotAllowed(
                "role-admin",
                f"you do not hold {admin!r}, which administers {role!r}",
                "let who administers it do it",
            )

    def _require_grantable(self, role: str) -> None:
        if role not in self.admins:
            raise RoleUnknown(role)
        if role == DEFAULT_ADMIN:
            raise RoleNotGrantable

    def _without(self, role: str, user: UUID) -> RoleGraph:
        held = self.holders.get(role, {})
        if user not in held:
            return self
        rest = {each: until for each, until in held.items() if each != user}
        return self._with(role, rest)

    def _with(self, role: str, held: Holders) -> RoleGraph:
        after = replace(self, holders={**self.holders, role: held})
        return _kept(after, role) if role in self.admins.values() else after


def _kept(graph: RoleGraph, role: str) -> RoleGraph:
    """Raise LastAdmin if nobody holds a role for good, nor any that could grant it again."""
    for each in graph.chain(role):
        if any(until is None for until in graph.holders.get(each, {}).values()):
            return graph
    raise LastAdmin(role)
