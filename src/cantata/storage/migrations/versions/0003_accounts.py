"""Accounts: users, parties, roles, keys; answers of the edge; the register of tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cantata.storage.types import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _users()
    _parties()
    _roles()
    _credentials()
    _edges()


def downgrade() -> None:
    """Take back."""
    op.drop_table("tokens")
    op.drop_table("http_answers")
    op.drop_table("revoked_tokens")
    op.drop_index("ix_sessions_user_id", table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("ix_api_keys_user_id", table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_table("admin_handover")
    op.drop_index("ix_role_rights_party", table_name="role_rights")
    op.drop_table("role_rights")
    op.drop_index("ix_role_grants_user_id", table_name="role_grants")
    op.drop_table("role_grants")
    op.drop_table("roles")
    op.drop_index("ix_party_rights_party", table_name="party_rights")
    op.drop_table("party_rights")
    op.drop_table("parties")
    op.drop_table("email_codes")
    op.drop_table("identities")
    op.drop_table("users")
    op.drop_table("organisations")


def _users() -> None:
    """Users, and how they prove their addresses."""
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_digest", sa.LargeBinary()),
        sa.Column("email_shown", sa.Text(), nullable=False),
        sa.Column("email_is_verified", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_digest", name=op.f("uq_users_email_digest")),
    )
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_identities_user_id")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identities")),
    )
    op.create_table(
        "email_codes",
        sa.Column("email_digest", sa.LargeBinary(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("email_digest", name=op.f("pk_email_codes")),
    )


def _parties() -> None:
    """Parties, and who may act for them."""
    op.create_table(
        "parties",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("receives_freely", sa.Boolean(), nullable=False),
        sa.Column("key_spec", sa.Text()),
        sa.Column("key_der", sa.LargeBinary()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("party", name=op.f("pk_parties")),
    )
    op.create_table(
        "party_rights",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("expires_at", Instant()),
        sa.ForeignKeyConstraint(["party"], ["parties.party"], name=op.f("fk_party_rights_party")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_party_rights_user_id")),
        sa.PrimaryKeyConstraint("user_id", "party", "access", name=op.f("pk_party_rights")),
    )
    op.create_index("ix_party_rights_party", "party_rights", ["party"])


def _roles() -> None:
    """Roles, and the platform's administration."""
    op.create_table(
        "roles",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("admin_role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("role", name=op.f("pk_roles")),
    )
    op.create_table(
        "role_grants",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant()),
        sa.ForeignKeyConstraint(["role"], ["roles.role"], name=op.f("fk_role_grants_role")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_role_grants_user_id")),
        sa.PrimaryKeyConstraint("role", "user_id", name=op.f("pk_role_grants")),
    )
    op.create_index("ix_role_grants_user_id", "role_grants", ["user_id"])
    op.create_table(
        "role_rights",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("expires_at", Instant()),
        sa.ForeignKeyConstraint(["party"], ["parties.party"], name=op.f("fk_role_rights_party")),
        sa.ForeignKeyConstraint(["role"], ["roles.role"], name=op.f("fk_role_rights_role")),
        sa.PrimaryKeyConstraint("role", "party", "access", name=op.f("pk_role_rights")),
    )
    op.create_index("ix_role_rights_party", "role_rights", ["party"])
    op.create_table(
        "admin_handover",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("admin", sa.Uuid()),
        sa.Column("delay_micros", sa.BigInteger(), nullable=False),
        sa.Column("pending_admin", sa.Uuid()),
        sa.Column("schedule", Instant()),
        sa.Column("pending_delay_micros", sa.BigInteger()),
        sa.Column("delay_schedule", Instant()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_handover")),
    )


def _credentials() -> None:
    """Keys, sessions, and tokens that are no longer good."""
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", JSONB(), nullable=False),
        sa.Column("addresses", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("last_used_at", Instant()),
        sa.Column("revoked_at", Instant()),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    op.create_index("ix_api_keys_user_id", "api_keys", ["user_id"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("refresh_digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant()),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "revoked_tokens",
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_revoked_tokens")),
    )


def _edges() -> None:
    """Answers of the edge, and the register of tokens."""
    op.create_table(
        "http_answers",
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("requester", "key", name=op.f("pk_http_answers")),
    )
    op.create_table(
        "tokens",
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_decimals", sa.Integer(), nullable=False),
        sa.Column("classes", JSONB(), nullable=False),
        sa.Column("documents", JSONB(), nullable=False),
        sa.Column("intent", sa.Uuid(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("admin", "id", name=op.f("pk_tokens")),
    )
