"""Exchange: pre-approvals, rewards, the journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cantata.storage.types import Instant, Sum

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _preapprovals()
    _rewards()
    _journal_entries()
    _journal_postings()
    _journal_balances()


def downgrade() -> None:
    """Take back."""
    op.drop_table("journal_balances")
    op.drop_table("journal_postings")
    op.drop_table("journal_entries")
    op.drop_table("exchange_rewards")
    op.drop_table("exchange_preapprovals")


def _preapprovals() -> None:
    """Make the pre-approvals that treasuries are to have."""
    op.create_table(
        "exchange_preapprovals",
        sa.Column("treasury", sa.Text(), nullable=False),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("term_seconds", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.Text()),
        sa.Column("expires_at", Instant()),
        sa.Column("checked_at", Instant()),
        sa.Column("intent", sa.Uuid()),
        sa.Column("failure", JSONB()),
        sa.Column("wanted_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint(
            "treasury", "admin", "instrument", name=op.f("pk_exchange_preapprovals")
        ),
        sa.ForeignKeyConstraint(
            ["treasury"],
            ["exchange_treasuries.party"],
            name=op.f("fk_exchange_preapprovals_treasury"),
        ),
    )


def _rewards() -> None:
    """Make how treasuries are rewarded."""
    op.create_table(
        "exchange_rewards",
        sa.Column("treasury", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("right_id", sa.Text()),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("treasury", name=op.f("pk_exchange_rewards")),
        sa.ForeignKeyConstraint(
            ["treasury"], ["exchange_treasuries.party"], name=op.f("fk_exchange_rewards_treasury")
        ),
    )


def _journal_entries() -> None:
    """Make the entries of the journal."""
    op.create_table(
        "journal_entries",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_journal_entries")),
        sa.UniqueConstraint(
            "occasion", "reference", name=op.f("uq_journal_entries_occasion_reference")
        ),
    )


def _journal_postings() -> None:
    """Make their debits and credits."""
    op.create_table(
        "journal_postings",
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("amount", Sum(), nullable=False),
        sa.PrimaryKeyConstraint("entry", "position", name=op.f("pk_journal_postings")),
        sa.ForeignKeyConstraint(
            ["entry"], ["journal_entries.number"], name=op.f("fk_journal_postings_entry")
        ),
    )
    op.create_index(
        "ix_journal_postings_book",
        "journal_postings",
        ["kind", "name", "admin", "instrument", "entry"],
    )


def _journal_balances() -> None:
    """Make what postings add up to."""
    op.create_table(
        "journal_balances",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("amount", Sum(), nullable=False),
        sa.PrimaryKeyConstraint(
            "kind", "name", "admin", "instrument", name=op.f("pk_journal_balances")
        ),
    )
