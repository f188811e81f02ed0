"""The tables of accounts; none of them is a projection."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from cantata.storage.schema import METADATA
from cantata.storage.types import Instant

ORGANISATIONS = Table(
    "organisations",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

USERS = Table(
    "users",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("email_digest", LargeBinary, unique=True),
    Column("email_shown", Text, nullable=False),
    Column("email_is_verified", Boolean, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)
"""Addresses are kept as HMAC with a secret of the service, for look-ups, and shortened."""

IDENTITIES = Table(
    "identities",
    METADATA,
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    PrimaryKeyConstraint("issuer", "subject"),
)
"""Users by the names that other issuers of tokens give them."""

EMAIL_CODES = Table(
    "email_codes",
    METADATA,
    Column("email_digest", LargeBinary, primary_key=True),
    Column("code_digest", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

PARTIES = Table(
    "parties",
    METADATA,
    Column("party", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("receives_freely", Boolean, nullable=False),
    Column("key_spec", Text),
    Column("key_der", LargeBinary),
    Column("created_at", Instant, nullable=False),
)
"""Parties with keys of their own have the public one here, with the curve that it is on."""

PARTY_RIGHTS = Table(
    "party_rights",
    METADATA,
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("party", Text, ForeignKey("parties.party"), nullable=False),
    Column("access", Text, nullable=False),
    Column("expires_at", Instant),
    PrimaryKeyConstraint("user_id", "party", "access"),
    Index("ix_party_rights_party", "party"),
)

ROLES = Table(
    "roles",
    METADATA,
    Column("role", Text, primary_key=True),
    Column("admin_role", Text, nullable=False),
)

ROLE_GRANTS = Table(
    "role_grants",
    METADATA,
    Column("role", Text, ForeignKey("roles.role"), nullable=False),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("granted_by", Uuid, nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("expires_at", Instant),
    PrimaryKeyConstraint("role", "user_id"),
    Index("ix_role_grants_user_id", "user_id"),
)

ROLE_RIGHTS = Table(
    "role_rights",
    METADATA,
    Column("role", Text, ForeignKey("roles.role"), nullable=False),
    Column("party", Text, ForeignKey("parties.party"), nullable=False),
    Column("access", Text, nullable=False),
    Column("expires_at", Instant),
    PrimaryKeyConstraint("role", "party", "access"),
    Index("ix_role_rights_party", "party"),
)
"""Rights that all have who hold a role, such as the operators of an organisation."""

HANDOVER = Table(
    "admin_handover",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("admin", Uuid),
    Column("delay_micros", BigInteger, nullable=False),
    Column("pending_admin", Uuid),
    Column("schedule", Instant),
    Column("pending_delay_micros", BigInteger),
    Column("delay_schedule", Instant),
)
"""One row: the platform's administration."""

API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", JSONB, nullable=False),
    Column("addresses", ARRAY(Text), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("last_used_at", Instant),
    Column("revoked_at", Instant),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False, index=True),
    Column("refresh_digest", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)
"""One row a session; its refresh token is another one after each use."""

REVOKED_TOKENS = Table(
    "revoked_tokens",
    METADATA,
    Column("token_id", Text, primary_key=True),
    Column("expires_at", Instant, nullable=False),
)
