"""Accounts: users, parties, rights, roles, keys, and the bounds of all that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp

SESSION = RelTime.of(minutes=15)
"""How long an access token of our own is good."""

REFRESH = RelTime.of(days=14)
"""How long a session can be renewed."""

KEY_LIFETIME = RelTime.of(days=90)
"""How long an API key is good if nobody says otherwise."""

CODE_LIFETIME = RelTime.of(minutes=15)
CODE_TRIES_MAX = 5
"""Guesses of a code that was mailed."""

ADMIN_DELAY = RelTime.of(days=2)
"""How long a handover of the platform waits before it can be accepted."""

DELAY_INCREASE_MAX = RelTime.of(days=5)
"""How long a longer delay waits at most before it holds."""

KEYS_MAX = 50
"""API keys of one user."""

ORGANISATIONS_MAX = 20
"""Organisations that one user may found."""

ALLOCATE = "accounts.allocate_party"
"""The kind of intents that allocate parties whose keys the participant has."""

ALLOCATE_EXTERNAL = "accounts.allocate_external"
"""The kind of intents that bring parties into being whose keys their users have."""

DEFAULT_ADMIN = "DEFAULT_ADMIN"
"""The one role of the platform's administrator; it administers itself and all other roles."""


class Right(Enum):
    """What a user may do for a party."""

    ACT_AS = "act_as"
    READ_AS = "read_as"


class PartyKind(Enum):
    """Who has the key of a party."""

    INTERNAL = "internal"
    """The participant: Cantata may act for it."""
    EXTERNAL = "external"
    """Its user: Cantata prepares, she signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who can call; `email` is shown shortened, the address itself is kept nowhere.

    `is_verified` tells whether she proved that the address is hers.
    """

    id: UUID
    email: str
    is_verified: bool
    is_active: bool
    created_at: Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Users that belong together, by the roles that they hold in it."""

    id: UUID
    name: str
    created_at: Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyKey:
    """The public key of an external party: its curve as the ledger names it, and its DER form."""

    spec: str
    der: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party that Cantata knows; `receives_freely` lets issuers mint to it unasked.

    `key` is that of an external party.
    """

    party: PartyId
    kind: PartyKind
    name: str
    receives_freely: bool
    created_at: Timestamp
    key: PartyKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRight:
    """A right of a user, until it expires."""

    user: UUID
    party: PartyId
    right: Right
    expires_at: Timestamp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRight:
    """A right of everybody who holds a role, until it expires."""

    role: str
    party: PartyId
    right: Right
    expires_at: Timestamp | None


AnyRight = PartyRight | RoleRight


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role that a user holds, until it expires."""

    role: str
    user: UUID
    granted_by: UUID
    granted_at: Timestamp
    expires_at: Timestamp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role and the role that administers it."""

    role: str
    admin_role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of a user, without its secret."""

    id: str
    user: UUID
    name: str
    scopes: tuple[dict[str, str | None], ...]
    addresses: tuple[str, ...]
    created_at: Timestamp
    expires_at: Timestamp
    last_used_at: Timestamp | None
    revoked_at: Timestamp | None

    def lifetime(self) -> RelTime:
        """Give how long it is good in all."""
        return self.expires_at.since(self.created_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """The platform's administration: who has it, who is to get it, and with which delay.

    `schedule` is when the pending admin may accept: only after it, not at it. `pending_delay`
    becomes the delay when its own schedule is passed.
    """

    admin: UUID | None
    delay: RelTime = ADMIN_DELAY
    pending_admin: UUID | None = None
    schedule: Timestamp | None = None
    pending_delay: RelTime | None = None
    delay_schedule: Timestamp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that a caller wants to do: what, for which party, by which role.

    `token` and `amount` are what keys are bounded by.
    """

    operation: str
    party: PartyId | None = None
    right: Right = Right.ACT_AS
    role: str | None = None
    token: str = "*"
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a caller when a decision is made."""

    is_active: bool
    is_in_scope: bool
    has_right: bool
    may_see_party: bool
    has_role: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether an action is allowed, by which rule, and what would change it."""

    is_allowed: bool
    rule: str
    reason: str
    remedy: str = ""


def token_role(name: str, token: str) -> str:
    """Give the name of a role of one token: ``token_role("MINTER", "alice::1220…/GOLD")``."""
    return f"{name}@{token}"


ORGANISATION_ADMIN = "ADMIN"
ORGANISATION_ROLES = ("MEMBER", "OPERATOR", "AUDITOR")
"""The roles of an organisation, all administered by its ADMIN.

Operators and auditors have the rights that parties give to these roles: to act, and to read.
"""

ORGANISATION_MARK = "@org:"


def organisation_role(name: str, organisation: UUID) -> str:
    """Give the name of a role of one organisation: ``OPERATOR@org:<its id>``."""
    return f"{name}{ORGANISATION_MARK}{organisation}"


def organisation_of(role: str) -> UUID | None:
    """Give the organisation that a role is of; None for roles of other things."""
    _, found, identity = role.partition(ORGANISATION_MARK)
    try:
        return UUID(identity) if found else None
    except ValueError:
        return None
