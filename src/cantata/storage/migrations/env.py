"""Runs migrations on the connection, and in the transaction, that the caller gives."""

from __future__ import annotations

from alembic import context

from cantata.storage.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
