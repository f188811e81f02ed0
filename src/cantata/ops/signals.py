"""SIGINT and SIGTERM as something that a process waits for."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def on_end(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` when the process is told to end, as long as the block runs."""
    loop = asyncio.get_running_loop()
    for each in _ENDING:
        loop.add_signal_handler(each, stop)
    try:
        yield
    finally:
        for each in _ENDING:
            loop.remove_signal_handler(each)
