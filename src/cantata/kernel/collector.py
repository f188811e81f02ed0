"""The garbage collector in a process that keeps a ledger."""

from __future__ import annotations

import gc

THRESHOLDS = (50_000, 20, 20)
"""Containers made, and rounds of the younger generation, before each generation is looked at."""


def relax_collector() -> None:
    """Let the garbage collector look at the whole process more rarely.

    Transactions and contracts are trees without cycles, which reference counting frees, and most
    of them stay. The usual thresholds look at all of them again after each quarter more: a fifth
    of the time of a token transfer. For processes that are ours only, at their start.
    """
    gc.set_threshold(*THRESHOLDS)
