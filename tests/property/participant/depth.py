"""How far the state machines go: shallow in each run, deeper with CANTATA_DEEP=1."""

from __future__ import annotations

import os

from hypothesis import settings

DEEPER = 10


def depth(examples: int, steps: int) -> settings:
    """Give the settings of a machine."""
    factor = DEEPER if os.environ.get("CANTATA_DEEP") else 1
    return settings(max_examples=examples * factor, stateful_step_count=steps)
