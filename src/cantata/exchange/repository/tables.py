"""The tables: what the ledger showed of treasuries, and what is our own."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from cantata.storage.schema import METADATA
from cantata.storage.types import Amount, Instant, Sum

ENTRIES = Table(
    "exchange_entries",
    METADATA,
    Column("treasury", Text, nullable=False),
    Column("ledger_offset", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("node_id", Integer, nullable=False),
    Column("update_id", Text, nullable=False),
    Column("record_time", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("amount", Amount),
    Column("memo", Text, nullable=False),
    Column("instruction", Text, nullable=False),
    Column("original_instruction", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    PrimaryKeyConstraint("treasury", "update_id", "position"),
    Index("ix_exchange_entries_update_id", "update_id", "node_id"),
    Index(
        "ix_exchange_entries_unrecognised",
        "treasury",
        postgresql_where="kind = 'UNRECOGNISED'",
    ),
)
"""What happened to a treasury, as the parser read it. Updates have the same ids and record times
on every participant; offsets belong to one, and are shifted when ingestion goes on elsewhere."""

TREASURIES = Table(
    "exchange_treasuries",
    METADATA,
    Column("party", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("signer", Text, nullable=False),
    Column("withdrawals_enabled", Boolean, nullable=False),
    Column("safe_after", Instant),
    Column("from_offset", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
)
"""A treasury's history is read from `from_offset` on; what was there then is its opening."""

HOLDINGS = Table(
    "exchange_holdings",
    METADATA,
    Column("contract_id", Text, primary_key=True),
    Column("treasury", Text, ForeignKey("exchange_treasuries.party"), nullable=False),
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("lock", JSONB(none_as_null=True)),
    Column("usable_from", Instant),
    Column("template_id", Text, nullable=False),
    Column("package_name", Text, nullable=False),
    Column("admin_signed", Boolean, nullable=False),
    Column("views_agree", Boolean, nullable=False),
    Column("created_at", Instant),
    Column("created_offset", BigInteger, nullable=False),
    Column("archived_offset", BigInteger),
    Index(
        "ix_exchange_holdings_active",
        "treasury",
        "admin",
        "instrument",
        "amount",
        postgresql_where="archived_offset IS NULL",
    ),
)
"""What treasuries hold. `usable_from`: when the lock binds nobody any more, null for never;
for a holding without lock it is null as well, and so is `lock`."""

INSTRUCTIONS = Table(
    "exchange_instructions",
    METADATA,
    Column("treasury", Text, ForeignKey("exchange_treasuries.party"), nullable=False),
    Column("contract_id", Text, nullable=False),
    Column("original_id", Text),
    Column("transfer", JSONB, nullable=False),
    Column("awaits_receiver", Boolean, nullable=False),
    Column("template_id", Text, nullable=False),
    Column("package_name", Text, nullable=False),
    Column("admin_signed", Boolean, nullable=False),
    Column("created_at", Instant),
    Column("created_offset", BigInteger, nullable=False),
    Column("closed_offset", BigInteger),
    PrimaryKeyConstraint("treasury", "contract_id"),
)
"""Transfers of or to treasuries that wait, or waited."""

REGISTRIES = Table(
    "exchange_registries",
    METADATA,
    Column("admin", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("checked_at", Instant, nullable=False),
    Column("info", JSONB, nullable=False),
)

INSTRUMENTS = Table(
    "exchange_instruments",
    METADATA,
    Column("admin", Text, ForeignKey("exchange_registries.admin"), nullable=False),
    Column("instrument", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("decimals", Integer, nullable=False),
    Column("packages", ARRAY(Text), nullable=False),
    Column("listing", Text, nullable=False),
    Column("policy", JSONB, nullable=False),
    Column("listed_at", Instant, nullable=False),
    PrimaryKeyConstraint("admin", "instrument"),
)

PACKAGES = Table(
    "exchange_packages",
    METADATA,
    Column("admin", Text, ForeignKey("exchange_registries.admin"), nullable=False),
    Column("package_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("dar_sha256", Text, nullable=False),
    Column("uploaded_at", Instant, nullable=False),
    PrimaryKeyConstraint("admin", "package_id"),
)
"""What was uploaded for which admin: the record that a restored participant is filled from."""

ACCOUNTS = Table(
    "exchange_accounts",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("memo", Text, nullable=False, unique=True),
    Column("treasury", Text, ForeignKey("exchange_treasuries.party"), nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

DEPOSITS = Table(
    "exchange_deposits",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("treasury", Text, nullable=False),
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("sender", Text, nullable=False),
    Column("memo", Text, nullable=False),
    Column("account", Uuid, ForeignKey("exchange_accounts.id")),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("update_id", Text, nullable=False),
    Column("node_id", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("ledger_offset", BigInteger, nullable=False),
    Column("record_time", Instant, nullable=False),
    Column("original_instruction", Text),
    Column("instruction", Text),
    Column("execute_before", Instant),
    Column("tries", Integer, nullable=False),
    Column("failure", JSONB),
    Column("intent", Uuid),
    Column("due_at", Instant),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("treasury", "update_id", "node_id", "position", "admin", "instrument"),
    UniqueConstraint("treasury", "original_instruction"),
    Index("ix_exchange_deposits_account", "account", "record_time", "id"),
    Index("ix_exchange_deposits_place", "record_time", "id"),
    Index("ix_exchange_deposits_instruction", "instruction"),
    Index(
        "ix_exchange_deposits_open",
        "treasury",
        "execute_before",
        postgresql_where="state IN ('offered', 'stuck', 'suspense', 'refunding')",
    ),
    Index("ix_exchange_deposits_due", "due_at", postgresql_where="due_at IS NOT NULL"),
)
"""`intent` is what accepts an offer now, or did last; the offer is looked at again at `due_at`."""

WITHDRAWALS = Table(
    "exchange_withdrawals",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("treasury", Text, nullable=False),
    Column("account", Uuid, ForeignKey("exchange_accounts.id")),
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("fee", Amount, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("memo", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("dead_after", Instant),
    Column("execute_before", Instant),
    Column("original_instruction", Text),
    Column("instruction", Text),
    Column("cancel_wanted", Boolean, nullable=False),
    Column("update_id", Text, nullable=False),
    Column("end_update_id", Text, nullable=False),
    Column("ledger_offset", BigInteger),
    Column("record_time", Instant),
    Column("failure", JSONB),
    Column("deposit", Uuid, ForeignKey("exchange_deposits.id")),
    Column("end_tries", Integer, nullable=False, default=0),
    Column("end_due", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("ix_exchange_withdrawals_account", "account", "created_at"),
    Index("ix_exchange_withdrawals_original_instruction", "original_instruction"),
    Index("ix_exchange_withdrawals_instruction", "instruction"),
    Index(
        "ix_exchange_withdrawals_open",
        "treasury",
        "state",
        "created_at",
        postgresql_where="state IN ('requested', 'submitted', 'unknown', 'offered')",
    ),
    Index(
        "ix_exchange_withdrawals_nobodys",
        "created_at",
        postgresql_where="kind = 'recovered' AND account IS NULL",
    ),
)
"""`end_tries`: how often it was asked by the clock to take the offer back, and `end_due` when that
is asked next, at the earliest; null before the first time."""

PREAPPROVALS = Table(
    "exchange_preapprovals",
    METADATA,
    Column("treasury", Text, ForeignKey("exchange_treasuries.party"), nullable=False),
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("term_seconds", BigInteger, nullable=False),
    Column("contract_id", Text),
    Column("expires_at", Instant),
    Column("checked_at", Instant),
    Column("intent", Uuid),
    Column("failure", JSONB),
    Column("wanted_at", Instant, nullable=False),
    PrimaryKeyConstraint("treasury", "admin", "instrument"),
)
"""Pre-approvals that treasuries are to have; the contract is the one that was seen last."""

REWARDS = Table(
    "exchange_rewards",
    METADATA,
    Column("treasury", Text, ForeignKey("exchange_treasuries.party"), primary_key=True),
    Column("mode", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("right_id", Text),
    Column("changed_at", Instant, nullable=False),
)
"""How a treasury's activity is rewarded; a treasury without a row claims nothing. `right_id` is
the provider's contract that lets it mark activity, as it was seen last."""

JOURNAL = Table(
    "journal_entries",
    METADATA,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("occasion", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("occasion", "reference"),
)
"""An entry is made once for each occasion and reference; it is never changed or removed."""

POSTINGS = Table(
    "journal_postings",
    METADATA,
    Column("entry", BigInteger, ForeignKey("journal_entries.number"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("amount", Sum, nullable=False),
    PrimaryKeyConstraint("entry", "position"),
    Index("ix_journal_postings_book", "kind", "name", "admin", "instrument", "entry"),
)

BALANCES = Table(
    "journal_balances",
    METADATA,
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("amount", Sum, nullable=False),
    PrimaryKeyConstraint("kind", "name", "admin", "instrument"),
)
"""The sum of the postings of each account, kept with them in one transaction."""
