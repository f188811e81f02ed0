"""Exchange: the journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cantata.storage.types import Amount, Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _journal_entries()
    _journal_postings()
    _journal_balances()


def downgrade() -> None:
    """Take back."""
    op.drop_table("journal_balances")
    op.drop_table("journal_postings")
    op.drop_table("journal_entries")


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
        sa.Column("amount", Amount(), nullable=False),
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
        sa.Column("amount", Amount(), nullable=False),
        sa.PrimaryKeyConstraint(
            "kind", "name", "admin", "instrument", name=op.f("pk_journal_balances")
        ),
    )
