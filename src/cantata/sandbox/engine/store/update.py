"""A committed transaction, with what the ledger recorded about it."""

from __future__ import annotations

from typing import NamedTuple

from cantata.sandbox.engine.transaction import Tree


class Update(NamedTuple):
    """One entry of the ledger's log.

    `effective_at` is the ledger time, `record_time` the time of recording, both in microseconds.
    The submission's own data is shown to the submitting parties only. `trace_id` is that of the
    request that submitted it, `external_hash` the signed hash (hex) if the parties signed it.
    """

    offset: int
    update_id: str
    tree: Tree
    effective_at: int
    record_time: int
    act_as: frozenset[str]
    command_id: str = ""
    user_id: str = ""
    workflow_id: str = ""
    submission_id: str = ""
    trace_id: str = ""
    external_hash: str = ""
