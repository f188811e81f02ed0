"""The lifeline: processes that end by themselves when the one that started them is gone.

A pipe does it, on any system: its writing end is open in the parent alone, so that children read
its end the moment the parent dies, however it died.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from functools import cache

VARIABLE = "CANTATA_LIFELINE"
"""Names the descriptor of the pipe to a child."""

GRACE_SECONDS = 40
"""How long a child that lost its parent may take to tidy up: longer than requests are drained.

The keeper of the database needs it where others of the same user start databases, one at a time.
"""


class Lifeline:
    """A pipe that is never written to."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe()

    @property
    def environment(self) -> Mapping[str, str]:
        """What a child has to find in its environment."""
        return {VARIABLE: str(self.reader)}

    def cut(self) -> None:
        """Close the pipe, which ends all children that still follow it."""
        os.close(self._writer)
        os.close(self.reader)


@cache
def lifeline() -> Lifeline:
    """Give the lifeline of this process, which lasts as long as it."""
    return Lifeline()


def follow() -> None:
    """End with the process that started this one, if that one wants it so."""
    named = os.environ.pop(VARIABLE, "")
    if named.isascii() and named.isdigit():
        threading.Thread(target=_watch, args=(int(named),), daemon=True, name="lifeline").start()


def _watch(reader: int) -> None:
    try:
        while os.read(reader, 1):
            pass
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
