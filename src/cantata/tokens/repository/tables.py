"""The tables: projections of the ledger, and the reservations that are our own."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from cantata.storage.schema import METADATA
from cantata.storage.types import Amount, Instant, Sum

HOLDINGS = Table(
    "holdings",
    METADATA,
    Column("contract_id", Text, primary_key=True),
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("lock_holders", ARRAY(Text)),
    Column("lock_expires_at", Instant),
    Column("lock_context", Text, nullable=False),
    Column("package_name", Text, nullable=False),
    Column("created_offset", BigInteger, nullable=False),
    Column("created_at", Instant),
    Column("archived_offset", BigInteger),
    Index(
        "ix_holdings_active",
        "owner",
        "admin",
        "instrument",
        "amount",
        postgresql_where="archived_offset IS NULL",
    ),
    Index(
        "ix_holdings_archived",
        "owner",
        "admin",
        "instrument",
        "archived_offset",
        postgresql_where="archived_offset IS NOT NULL",
    ),
    Index("ix_holdings_instrument", "admin", "instrument", "created_offset"),
)

MOVEMENTS = Table(
    "movements",
    METADATA,
    Column("ledger_offset", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("node_id", Integer, nullable=False),
    Column("update_id", Text, nullable=False),
    Column("record_time", Instant, nullable=False),
    Column("owner", Text, nullable=False),
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("delta", Sum, nullable=False),
    Column("locked", Sum, nullable=False),
    Column("counterparty", Text, nullable=False),
    Column("memo", Text, nullable=False),
    PrimaryKeyConstraint("ledger_offset", "position"),
    Index("ix_movements_owner", "owner", "admin", "instrument", "ledger_offset"),
)
"""There is no index by instrument: the supply adds up all rows of one, which for the instrument
that most rows are of costs the same with it; each row written would cost two thirds more pages."""

INSTRUMENTS = Table(
    "instruments",
    METADATA,
    Column("contract_id", Text, primary_key=True),
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("decimals", Integer, nullable=False),
    Column("cap", Amount),
    Column("supply", Amount, nullable=False),
    Column("meta", JSONB, nullable=False),
    Column("paused", ARRAY(Text), nullable=False),
    Column("synchronizer_id", Text, nullable=False),
    Column("blob", Text, nullable=False),
    Column("template_id", Text, nullable=False),
    Column("created_offset", BigInteger, nullable=False),
    Column("archived_offset", BigInteger),
    Index("ix_instruments_id", "admin", "instrument", "created_offset"),
)
"""Each version of an instrument's contract; the active one states the present supply."""

DISCLOSABLES = Table(
    "disclosables",
    METADATA,
    Column("contract_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("expires_at", Instant),
    Column("template_id", Text, nullable=False),
    Column("synchronizer_id", Text, nullable=False),
    Column("blob", Text, nullable=False),
    Column("created_at", Instant),
    Column("created_offset", BigInteger, nullable=False),
    Column("archived_offset", BigInteger),
    Index("ix_disclosables_kind", "kind", "admin", "instrument", "party"),
    Index(
        "ix_disclosables_expiring",
        "kind",
        "expires_at",
        postgresql_where="archived_offset IS NULL",
    ),
)
"""Contracts that others need in order to act: rules, pre-approvals, allocations, allowances."""

OFFERS = Table(
    "transfer_offers",
    METADATA,
    Column("contract_id", Text, primary_key=True),
    Column("original", Text),
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("execute_before", Instant, nullable=False),
    Column("memo", Text, nullable=False),
    Column("inputs", ARRAY(Text), nullable=False),
    Column("template_id", Text, nullable=False),
    Column("synchronizer_id", Text, nullable=False),
    Column("blob", Text, nullable=False),
    Column("package_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_offset", BigInteger, nullable=False),
    Column("closed_offset", BigInteger),
    Column("closing_update_id", Text, nullable=False),
    Index("ix_transfer_offers_sender", "sender", "created_offset"),
    Index("ix_transfer_offers_receiver", "receiver", "created_offset"),
    Index(
        "ix_transfer_offers_pending",
        "execute_before",
        postgresql_where="state = 'pending'",
    ),
)

RENEWALS = Table(
    "preapproval_renewals",
    METADATA,
    Column("admin", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("seconds", BigInteger, nullable=False),
    Column("due_at", Instant, nullable=False),
    PrimaryKeyConstraint("admin", "party"),
    Index("ix_preapproval_renewals_due_at", "due_at"),
)
"""Pre-approvals that are to be renewed, and for how long; our own state, not the ledger's."""

RESERVATIONS = Table(
    "reservations",
    METADATA,
    Column("contract_id", Text, primary_key=True),
    Column("intent_id", Uuid, nullable=False, index=True),
)
"""Holdings that an intent will use; our own state, not the ledger's."""
