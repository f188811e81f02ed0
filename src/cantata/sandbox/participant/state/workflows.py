"""The workflow in which a contract was created, also after that update was pruned."""

from __future__ import annotations

from cantata.sandbox.store import SqliteStore

PRUNED_WORKFLOWS = "pruned-workflows"
"""The table of workflows by the offsets of pruned updates that active contracts are from."""


def workflow_at(store: SqliteStore, offset: int) -> str:
    """Give the workflow of the update at an offset, "" for none."""
    update = store.by_offset(offset)
    if update is not None:
        return update.workflow_id
    return str(store.table(PRUNED_WORKFLOWS).get(str(offset), ""))
