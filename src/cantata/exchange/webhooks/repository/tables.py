"""The tables of webhooks; all of it is own state."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from cantata.storage.schema import METADATA
from cantata.storage.types import Instant

ENDPOINTS = Table(
    "webhook_endpoints",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("url", Text, nullable=False),
    Column("topics", ARRAY(Text), nullable=False),
    Column("description", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("secrets", JSONB, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

DELIVERIES = Table(
    "webhook_deliveries",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("endpoint", Uuid, ForeignKey("webhook_endpoints.id"), nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("topic", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("leased_by", Text, nullable=False),
    Column("status", Integer),
    Column("failure", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    UniqueConstraint("endpoint", "place"),
    Index("ix_webhook_deliveries_due", "endpoint", "due_at", postgresql_where="state = 'pending'"),
    Index(
        "ix_webhook_deliveries_subject",
        "endpoint",
        "subject",
        "place",
        postgresql_where="state = 'pending'",
    ),
    Index("ix_webhook_deliveries_ended_at", "ended_at"),
)
