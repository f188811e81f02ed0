"""Exchange: treasuries, listings, customers, deposits, withdrawals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cantata.storage.types import Amount, Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _treasuries()
    _registries()
    _instruments()
    _packages()
    _accounts()
    _holdings()
    _instructions()
    _entries()
    _deposits()
    _withdrawals()
    _reconciliations()
    _traffic()


def downgrade() -> None:
    """Take back."""
    op.drop_table("exchange_traffic")
    op.drop_table("exchange_reconciliations")
    op.drop_table("exchange_withdrawals")
    op.drop_table("exchange_deposits")
    op.drop_table("exchange_entries")
    op.drop_table("exchange_instructions")
    op.drop_table("exchange_holdings")
    op.drop_table("exchange_accounts")
    op.drop_table("exchange_packages")
    op.drop_table("exchange_instruments")
    op.drop_table("exchange_registries")
    op.drop_table("exchange_treasuries")


def _treasuries() -> None:
    """Make the treasuries."""
    op.create_table(
        "exchange_treasuries",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("withdrawals_enabled", sa.Boolean(), nullable=False),
        sa.Column("safe_after", Instant()),
        sa.Column("from_offset", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("party", name=op.f("pk_exchange_treasuries")),
        sa.UniqueConstraint("name", name=op.f("uq_exchange_treasuries_name")),
    )


def _registries() -> None:
    """Make the registries."""
    op.create_table(
        "exchange_registries",
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("checked_at", Instant(), nullable=False),
        sa.Column("info", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("admin", name=op.f("pk_exchange_registries")),
    )


def _instruments() -> None:
    """Make what is listed, and how it is treated."""
    op.create_table(
        "exchange_instruments",
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("packages", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("listing", sa.Text(), nullable=False),
        sa.Column("policy", JSONB(), nullable=False),
        sa.Column("listed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("admin", "instrument", name=op.f("pk_exchange_instruments")),
        sa.ForeignKeyConstraint(
            ["admin"], ["exchange_registries.admin"], name=op.f("fk_exchange_instruments_admin")
        ),
    )


def _packages() -> None:
    """Make the record of uploaded packages."""
    op.create_table(
        "exchange_packages",
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("package_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("dar_sha256", sa.Text(), nullable=False),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("admin", "package_id", name=op.f("pk_exchange_packages")),
        sa.ForeignKeyConstraint(
            ["admin"], ["exchange_registries.admin"], name=op.f("fk_exchange_packages_admin")
        ),
    )


def _accounts() -> None:
    """Make the accounts of customers."""
    op.create_table(
        "exchange_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("treasury", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_accounts")),
        sa.ForeignKeyConstraint(
            ["treasury"], ["exchange_treasuries.party"], name=op.f("fk_exchange_accounts_treasury")
        ),
        sa.UniqueConstraint("memo", name=op.f("uq_exchange_accounts_memo")),
        sa.UniqueConstraint("reference", name=op.f("uq_exchange_accounts_reference")),
    )


def _holdings() -> None:
    """Make what treasuries hold."""
    op.create_table(
        "exchange_holdings",
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("treasury", sa.Text(), nullable=False),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("lock", JSONB()),
        sa.Column("usable_from", Instant()),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("package_name", sa.Text(), nullable=False),
        sa.Column("admin_signed", sa.Boolean(), nullable=False),
        sa.Column("views_agree", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant()),
        sa.Column("created_offset", sa.BigInteger(), nullable=False),
        sa.Column("archived_offset", sa.BigInteger()),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_exchange_holdings")),
        sa.ForeignKeyConstraint(
            ["treasury"], ["exchange_treasuries.party"], name=op.f("fk_exchange_holdings_treasury")
        ),
    )
    op.create_index(
        "ix_exchange_holdings_active",
        "exchange_holdings",
        ["treasury", "admin", "instrument", "amount"],
        postgresql_where="archived_offset IS NULL",
    )


def _instructions() -> None:
    """Make the transfers that wait."""
    op.create_table(
        "exchange_instructions",
        sa.Column("treasury", sa.Text(), nullable=False),
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("original_id", sa.Text()),
        sa.Column("transfer", JSONB(), nullable=False),
        sa.Column("awaits_receiver", sa.Boolean(), nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("package_name", sa.Text(), nullable=False),
        sa.Column("admin_signed", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant()),
        sa.Column("created_offset", sa.BigInteger(), nullable=False),
        sa.Column("closed_offset", sa.BigInteger()),
        sa.PrimaryKeyConstraint("treasury", "contract_id", name=op.f("pk_exchange_instructions")),
        sa.ForeignKeyConstraint(
            ["treasury"],
            ["exchange_treasuries.party"],
            name=op.f("fk_exchange_instructions_treasury"),
        ),
    )


def _entries() -> None:
    """Make the history of treasuries."""
    op.create_table(
        "exchange_entries",
        sa.Column("treasury", sa.Text(), nullable=False),
        sa.Column("ledger_offset", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), nullable=False),
        sa.Column("update_id", sa.Text(), nullable=False),
        sa.Column("record_time", Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("amount", Amount()),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("original_instruction", sa.Text(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint(
            "treasury", "update_id", "position", name=op.f("pk_exchange_entries")
        ),
    )
    op.create_index(
        "ix_exchange_entries_unrecognised",
        "exchange_entries",
        ["treasury"],
        postgresql_where="kind = 'UNRECOGNISED'",
    )
    op.create_index("ix_exchange_entries_update_id", "exchange_entries", ["update_id", "node_id"])


def _deposits() -> None:
    """Make the deposits."""
    op.create_table(
        "exchange_deposits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("treasury", sa.Text(), nullable=False),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("account", sa.Uuid()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("update_id", sa.Text(), nullable=False),
        sa.Column("node_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ledger_offset", sa.BigInteger(), nullable=False),
        sa.Column("record_time", Instant(), nullable=False),
        sa.Column("original_instruction", sa.Text()),
        sa.Column("instruction", sa.Text()),
        sa.Column("execute_before", Instant()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failure", JSONB()),
        sa.Column("intent", sa.Uuid()),
        sa.Column("due_at", Instant()),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_deposits")),
        sa.ForeignKeyConstraint(
            ["account"], ["exchange_accounts.id"], name=op.f("fk_exchange_deposits_account")
        ),
        sa.UniqueConstraint(
            "treasury",
            "original_instruction",
            name=op.f("uq_exchange_deposits_treasury_original_instruction"),
        ),
        sa.UniqueConstraint(
            "treasury",
            "update_id",
            "node_id",
            "position",
            "admin",
            "instrument",
            name=op.f("uq_exchange_deposits_treasury_update_id_node_id_position_admin_instrument"),
        ),
    )
    op.create_index(
        "ix_exchange_deposits_account", "exchange_deposits", ["account", "record_time", "id"]
    )
    op.create_index(
        "ix_exchange_deposits_due",
        "exchange_deposits",
        ["due_at"],
        postgresql_where="due_at IS NOT NULL",
    )
    op.create_index("ix_exchange_deposits_instruction", "exchange_deposits", ["instruction"])
    op.create_index(
        "ix_exchange_deposits_open",
        "exchange_deposits",
        ["treasury", "execute_before"],
        postgresql_where="state IN ('offered', 'stuck', 'suspense', 'refunding')",
    )
    op.create_index("ix_exchange_deposits_place", "exchange_deposits", ["record_time", "id"])


def _withdrawals() -> None:
    """Make the withdrawals."""
    op.create_table(
        "exchange_withdrawals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("treasury", sa.Text(), nullable=False),
        sa.Column("account", sa.Uuid()),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("fee", Amount(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("dead_after", Instant()),
        sa.Column("execute_before", Instant()),
        sa.Column("original_instruction", sa.Text()),
        sa.Column("instruction", sa.Text()),
        sa.Column("cancel_wanted", sa.Boolean(), nullable=False),
        sa.Column("update_id", sa.Text(), nullable=False),
        sa.Column("end_update_id", sa.Text(), nullable=False),
        sa.Column("ledger_offset", sa.BigInteger()),
        sa.Column("record_time", Instant()),
        sa.Column("failure", JSONB()),
        sa.Column("deposit", sa.Uuid()),
        sa.Column("end_tries", sa.Integer(), nullable=False),
        sa.Column("end_due", Instant()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_withdrawals")),
        sa.ForeignKeyConstraint(
            ["account"], ["exchange_accounts.id"], name=op.f("fk_exchange_withdrawals_account")
        ),
        sa.ForeignKeyConstraint(
            ["deposit"], ["exchange_deposits.id"], name=op.f("fk_exchange_withdrawals_deposit")
        ),
    )
    op.create_index(
        "ix_exchange_withdrawals_account", "exchange_withdrawals", ["account", "created_at"]
    )
    op.create_index("ix_exchange_withdrawals_instruction", "exchange_withdrawals", ["instruction"])
    op.create_index(
        "ix_exchange_withdrawals_nobodys",
        "exchange_withdrawals",
        ["created_at"],
        postgresql_where="kind = 'recovered' AND account IS NULL",
    )
    op.create_index(
        "ix_exchange_withdrawals_open",
        "exchange_withdrawals",
        ["treasury", "state", "created_at"],
        postgresql_where="state IN ('requested', 'submitted', 'unknown', 'offered')",
    )
    op.create_index(
        "ix_exchange_withdrawals_original_instruction",
        "exchange_withdrawals",
        ["original_instruction"],
    )


def _reconciliations() -> None:
    """Make what reconciliation found."""
    op.create_table(
        "exchange_reconciliations",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("ledger_offset", sa.BigInteger(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("differences", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_exchange_reconciliations")),
    )
    op.create_index("ix_exchange_reconciliations_at", "exchange_reconciliations", ["at"])


def _traffic() -> None:
    """Make what is known of traffic."""
    op.create_table(
        "exchange_traffic",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("reserve", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_exchange_traffic")),
    )
