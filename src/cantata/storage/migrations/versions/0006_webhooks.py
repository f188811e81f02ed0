"""Webhooks: endpoints, and what is delivered to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cantata.storage.types import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _endpoints()
    _deliveries()


def downgrade() -> None:
    """Take back."""
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_endpoints")


def _endpoints() -> None:
    """Make where news goes."""
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("topics", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("secrets", JSONB(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
    )


def _deliveries() -> None:
    """Make what is delivered."""
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("leased_until", Instant()),
        sa.Column("leased_by", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.ForeignKeyConstraint(
            ["endpoint"], ["webhook_endpoints.id"], name=op.f("fk_webhook_deliveries_endpoint")
        ),
        sa.UniqueConstraint("endpoint", "place", name=op.f("uq_webhook_deliveries_endpoint_place")),
    )
    waiting = "state = 'pending'"
    of = "webhook_deliveries"
    op.create_index(f"ix_{of}_due", of, ["endpoint", "due_at"], postgresql_where=waiting)
    op.create_index(
        f"ix_{of}_subject", of, ["endpoint", "subject", "place"], postgresql_where=waiting
    )
    op.create_index(f"ix_{of}_ended_at", of, ["ended_at"])
