"""How the process of ingestion looks for cycles in its memory: rarely, as it makes hardly any."""

from __future__ import annotations

import gc

YOUNG_MAX = 50_000
"""Objects that are made before the collector looks at them; a batch has more than Python's 700."""

GENERATIONS = (20, 100)


def collect_rarely() -> None:
    """Let the collector run every few thousand updates, and never over what is there for good.

    Batches are trees of many small objects, which go when their last reference goes. Looking for
    cycles in them took a third of the time of catching up.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX, *GENERATIONS)
