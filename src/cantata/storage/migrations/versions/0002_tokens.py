"""Tokens: holdings, movements, contracts, offers, reservations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cantata.storage.types import Amount, Instant, Sum

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _disclosables()
    _holdings()
    _instruments()
    _movements()
    _preapproval_renewals()
    _reservations()
    _token_approvals()
    _token_limits()
    _transfer_offers()
    _reconciliations()
    _token_batch_rows()
    _token_documents()


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_token_documents_sha256", table_name="token_documents")
    op.drop_table("token_documents")
    op.drop_index(op.f("ix_token_batch_rows_intent"), table_name="token_batch_rows")
    op.drop_table("token_batch_rows")
    op.drop_index("ix_reconciliations_at", table_name="reconciliations")
    op.drop_table("reconciliations")
    op.drop_index("ix_transfer_offers_sender", table_name="transfer_offers")
    op.drop_index("ix_transfer_offers_receiver", table_name="transfer_offers")
    op.drop_index(
        "ix_transfer_offers_pending",
        table_name="transfer_offers",
        postgresql_where="state = 'pending'",
    )
    op.drop_table("transfer_offers")
    op.drop_table("token_limits")
    op.drop_index("ix_token_approvals_approver", table_name="token_approvals")
    op.drop_index("ix_token_approvals_admin", table_name="token_approvals")
    op.drop_table("token_approvals")
    op.drop_index(op.f("ix_reservations_intent_id"), table_name="reservations")
    op.drop_table("reservations")
    op.drop_index("ix_preapproval_renewals_due_at", table_name="preapproval_renewals")
    op.drop_table("preapproval_renewals")
    op.drop_index("ix_movements_owner", table_name="movements")
    op.drop_table("movements")
    op.drop_index("ix_instruments_id", table_name="instruments")
    op.drop_table("instruments")
    op.drop_index("ix_holdings_instrument", table_name="holdings")
    op.drop_index(
        "ix_holdings_archived",
        table_name="holdings",
        postgresql_where="archived_offset IS NOT NULL",
    )
    op.drop_index(
        "ix_holdings_active", table_name="holdings", postgresql_where="archived_offset IS NULL"
    )
    op.drop_table("holdings")
    op.drop_index("ix_disclosables_kind", table_name="disclosables")
    op.drop_index(
        "ix_disclosables_expiring",
        table_name="disclosables",
        postgresql_where="archived_offset IS NULL",
    )
    op.drop_table("disclosables")


def _disclosables() -> None:
    """Contracts that others need in order to act."""
    op.create_table(
        "disclosables",
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("expires_at", Instant()),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("synchronizer_id", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("created_at", Instant()),
        sa.Column("created_offset", sa.BigInteger(), nullable=False),
        sa.Column("archived_offset", sa.BigInteger()),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_disclosables")),
    )
    op.create_index(
        "ix_disclosables_kind", "disclosables", ["kind", "admin", "instrument", "party"]
    )
    op.create_index(
        "ix_disclosables_expiring",
        "disclosables",
        ["kind", "expires_at"],
        postgresql_where="archived_offset IS NULL",
    )


def _holdings() -> None:
    """Who has what."""
    op.create_table(
        "holdings",
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("lock_holders", sa.ARRAY(sa.Text())),
        sa.Column("lock_expires_at", Instant()),
        sa.Column("lock_context", sa.Text(), nullable=False),
        sa.Column("package_name", sa.Text(), nullable=False),
        sa.Column("created_offset", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Instant()),
        sa.Column("archived_offset", sa.BigInteger()),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_holdings")),
    )
    op.create_index(
        "ix_holdings_active",
        "holdings",
        ["owner", "admin", "instrument", "amount"],
        postgresql_where="archived_offset IS NULL",
    )
    op.create_index(
        "ix_holdings_archived",
        "holdings",
        ["owner", "admin", "instrument", "archived_offset"],
        postgresql_where="archived_offset IS NOT NULL",
    )
    op.create_index("ix_holdings_instrument", "holdings", ["admin", "instrument", "created_offset"])


def _instruments() -> None:
    """Instruments in their versions."""
    op.create_table(
        "instruments",
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("cap", Amount()),
        sa.Column("supply", Amount(), nullable=False),
        sa.Column("meta", JSONB(), nullable=False),
        sa.Column("paused", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("synchronizer_id", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("created_offset", sa.BigInteger(), nullable=False),
        sa.Column("archived_offset", sa.BigInteger()),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_instruments")),
    )
    op.create_index("ix_instruments_id", "instruments", ["admin", "instrument", "created_offset"])


def _movements() -> None:
    """Why balances changed."""
    op.create_table(
        "movements",
        sa.Column("ledger_offset", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), nullable=False),
        sa.Column("update_id", sa.Text(), nullable=False),
        sa.Column("record_time", Instant(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("delta", Sum(), nullable=False),
        sa.Column("locked", Sum(), nullable=False),
        sa.Column("counterparty", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ledger_offset", "position", name=op.f("pk_movements")),
    )
    op.create_index(
        "ix_movements_owner", "movements", ["owner", "admin", "instrument", "ledger_offset"]
    )


def _preapproval_renewals() -> None:
    """Consents that renew themselves."""
    op.create_table(
        "preapproval_renewals",
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("admin", "party", name=op.f("pk_preapproval_renewals")),
    )
    op.create_index("ix_preapproval_renewals_due_at", "preapproval_renewals", ["due_at"])


def _reservations() -> None:
    """Keep what intents will use."""
    op.create_table(
        "reservations",
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_reservations")),
    )
    op.create_index(op.f("ix_reservations_intent_id"), "reservations", ["intent_id"])


def _token_approvals() -> None:
    """Ask a second person."""
    op.create_table(
        "token_approvals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("requester", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document_hash", sa.Text(), nullable=False),
        sa.Column("request", JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", Instant()),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("operation", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_approvals")),
    )
    op.create_index("ix_token_approvals_admin", "token_approvals", ["admin", "requested_at"])
    op.create_index("ix_token_approvals_approver", "token_approvals", ["approver", "requested_at"])


def _token_limits() -> None:
    """Hold transfers to what no single one shows."""
    op.create_table(
        "token_limits",
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("holders", sa.BigInteger()),
        sa.Column("balance", Amount()),
        sa.Column("volume", Amount()),
        sa.Column("window_micros", sa.BigInteger()),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("admin", "instrument", name=op.f("pk_token_limits")),
    )


def _transfer_offers() -> None:
    """Transfers that wait."""
    op.create_table(
        "transfer_offers",
        sa.Column("contract_id", sa.Text(), nullable=False),
        sa.Column("original", sa.Text()),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("execute_before", Instant(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("inputs", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("synchronizer_id", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("package_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_offset", sa.BigInteger(), nullable=False),
        sa.Column("closed_offset", sa.BigInteger()),
        sa.Column("closing_update_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_transfer_offers")),
    )
    op.create_index(
        "ix_transfer_offers_pending",
        "transfer_offers",
        ["execute_before"],
        postgresql_where="state = 'pending'",
    )
    op.create_index(
        "ix_transfer_offers_receiver", "transfer_offers", ["receiver", "created_offset"]
    )
    op.create_index("ix_transfer_offers_sender", "transfer_offers", ["sender", "created_offset"])


def _reconciliations() -> None:
    """Keep what comparisons with the ledger found."""
    op.create_table(
        "reconciliations",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("ledger_offset", sa.BigInteger(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("differences", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_reconciliations")),
    )
    op.create_index("ix_reconciliations_at", "reconciliations", ["at"])


def _token_batch_rows() -> None:
    """Keep what batches ask for, row by row."""
    op.create_table(
        "token_batch_rows",
        sa.Column("batch", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text()),
        sa.Column("receiver", sa.Text()),
        sa.Column("amount", Amount()),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("execute_before", Instant()),
        sa.Column("intent", sa.Uuid()),
        sa.Column("faults", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("batch", "line", name=op.f("pk_token_batch_rows")),
    )
    op.create_index(op.f("ix_token_batch_rows_intent"), "token_batch_rows", ["intent"])


def _token_documents() -> None:
    """Keep documents by their hashes."""
    op.create_table(
        "token_documents",
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("intent", sa.Uuid(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint(
            "admin", "instrument", "number", "version", name=op.f("pk_token_documents")
        ),
    )
    op.create_index("ix_token_documents_sha256", "token_documents", ["sha256"])
