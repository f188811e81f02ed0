"""The base: cursor, projections, intents, audit, outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cantata.storage.types import Instant

_APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the table % is append-only', TG_TABLE_NAME; END $$
"""
_GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""
_FIRST_HEAD = """
INSERT INTO audit_head (trail, entry, seal) VALUES ('audit', 0, decode(repeat('00', 32), 'hex'))
"""
_ONWARD = """
CREATE FUNCTION refuse_other_than_next() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.entry <> OLD.entry + 1 THEN
    RAISE EXCEPTION 'the head of the audit trail goes on by one';
  END IF;
  RETURN NEW;
END $$
"""
_HEAD_GUARDS = (
    """
CREATE TRIGGER onward BEFORE UPDATE ON audit_head
FOR EACH ROW EXECUTE FUNCTION refuse_other_than_next()
""",
    """
CREATE TRIGGER append_only BEFORE INSERT OR DELETE OR TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
""",
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _audit()
    _ingestion_cursors()
    _ingestion_projections()
    _ingestion_updates()
    _intents()
    _intent_batches()
    _schedules()
    _outbox()
    op.execute(_APPEND_ONLY)
    op.execute(_GUARD)
    op.execute(_FIRST_HEAD)
    op.execute(_ONWARD)
    for guard in _HEAD_GUARDS:
        op.execute(guard)


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_outbox_fresh", table_name="outbox", postgresql_where="place IS NULL")
    op.drop_table("outbox")
    op.drop_table("schedules")
    op.drop_index("ix_intents_requester", table_name="intents")
    op.drop_index("ix_intents_subject", table_name="intents")
    op.drop_index("ix_intents_due", table_name="intents", postgresql_where="due_at IS NOT NULL")
    op.drop_index(
        "ix_intents_needed_by",
        table_name="intents",
        postgresql_where="needed_by IS NOT NULL AND due_at IS NOT NULL",
    )
    op.drop_index(
        "ix_intents_dead_after",
        table_name="intents",
        postgresql_where="state IN ('submitted', 'unknown')",
    )
    op.drop_index("ix_intents_waiting", table_name="intents", postgresql_where="waiting")
    op.drop_table("intent_batches")
    op.drop_table("intents")
    op.drop_index("uq_ingestion_updates_update_id", table_name="ingestion_updates")
    op.drop_index("ix_ingestion_updates_record_time", table_name="ingestion_updates")
    op.drop_table("ingestion_updates")
    op.drop_table("ingestion_projections")
    op.drop_table("ingestion_cursors")
    op.drop_table("audit_head")
    op.drop_table("audit")
    op.execute("DROP FUNCTION refuse_other_than_next()")
    op.execute("DROP FUNCTION refuse_change()")


def _audit() -> None:
    """Keep what was done by whom, sealed."""
    op.create_table(
        "audit",
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", JSONB(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_audit")),
    )
    op.create_table(
        "audit_head",
        sa.Column("trail", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("trail", name=op.f("pk_audit_head")),
    )


def _ingestion_cursors() -> None:
    """How far the stream is ingested."""
    op.create_table(
        "ingestion_cursors",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("ledger_offset", sa.BigInteger(), nullable=False),
        sa.Column("update_id", sa.Text(), nullable=False),
        sa.Column("record_time", Instant()),
        sa.Column("synchronizer_id", sa.Text(), nullable=False),
        sa.Column("halt", JSONB()),
        sa.Column("observed", JSONB()),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_ingestion_cursors")),
    )


def _ingestion_projections() -> None:
    """How far each projection is."""
    op.create_table(
        "ingestion_projections",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ledger_offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ingestion_projections")),
    )


def _ingestion_updates() -> None:
    """Note the updates seen."""
    op.create_table(
        "ingestion_updates",
        sa.Column("ledger_offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("update_id", sa.Text(), nullable=False),
        sa.Column("record_time", Instant(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ledger_offset", name=op.f("pk_ingestion_updates")),
    )
    op.create_index("ix_ingestion_updates_record_time", "ingestion_updates", ["record_time"])
    op.create_index(
        "uq_ingestion_updates_update_id", "ingestion_updates", ["update_id"], unique=True
    )


def _intents() -> None:
    """Keep what is wanted, and how far it is."""
    op.create_table(
        "intents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("act_as", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("request", JSONB(), nullable=False),
        sa.Column("deadline", Instant()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("phases", JSONB(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("plan", JSONB()),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("dead_after", Instant()),
        sa.Column("update_id", sa.Text(), nullable=False),
        sa.Column("ledger_offset", sa.BigInteger()),
        sa.Column("result", JSONB()),
        sa.Column("failure", JSONB()),
        sa.Column("trace", sa.Text(), nullable=False),
        sa.Column("due_at", Instant()),
        sa.Column("needed_by", Instant()),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("leased_until", Instant()),
        sa.Column("leased_by", sa.Text(), nullable=False),
        sa.Column("batch", sa.Uuid()),
        sa.Column("together_max", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intents")),
        sa.UniqueConstraint("requester", "key", name=op.f("uq_intents_requester_key")),
    )
    op.create_index("ix_intents_waiting", "intents", ["created_at"], postgresql_where="waiting")
    op.create_index(
        "ix_intents_dead_after",
        "intents",
        ["dead_after"],
        postgresql_where="state IN ('submitted', 'unknown')",
    )
    op.create_index("ix_intents_due", "intents", ["due_at"], postgresql_where="due_at IS NOT NULL")
    op.create_index(
        "ix_intents_needed_by",
        "intents",
        ["needed_by", "due_at"],
        postgresql_where="needed_by IS NOT NULL AND due_at IS NOT NULL",
    )
    op.create_index("ix_intents_subject", "intents", ["subject", "created_at"])
    op.create_index("ix_intents_requester", "intents", ["requester", "created_at", "id"])


def _intent_batches() -> None:
    """Keep which intents share a submission."""
    op.create_table(
        "intent_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intents", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("plan", JSONB(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intent_batches")),
    )


def _schedules() -> None:
    """When a job ran last."""
    op.create_table(
        "schedules",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("ran_at", Instant()),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedules")),
    )


def _outbox() -> None:
    """News that commits with its change."""
    op.create_table(
        "outbox",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("place", sa.BigInteger()),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outbox")),
        sa.UniqueConstraint("place", name=op.f("uq_outbox_place")),
    )
    op.create_index("ix_outbox_fresh", "outbox", ["number"], postgresql_where="place IS NULL")
