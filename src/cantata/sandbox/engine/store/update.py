"""A committed transaction, with what the ledger recorded about it."""

from __future__ import annotations

from typing import NamedTuple

from cantata.sandbox.engine.transaction import Tree


class Update(NamedTuple):
    """One entry of the ledger's log.

    `effective_at` is the ledger time, `record_time` the time of recording, both in microseconds.
    The submission's own data is shown to the submitting parties only.
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
