"""Events of the server as lines of JSON on standard error; no bodies, tokens or keys."""

from __future__ import annotations

import json
import logging
import traceback

LOGGER = logging.getLogger("cantata.sandbox")

FRAMES_MAX = 12
"""Innermost frames of a fault that its event names."""


def event(name: str, **fields: str | int | None) -> None:
    """Log an event."""
    LOGGER.info(json.dumps({"event": name, **fields}, ensure_ascii=False))


def report_fault(error: BaseException, trace_id: str) -> None:
    """Log a fault of this program by its kind and place; its text may hold what was sent."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    LOGGER.error(
        json.dumps(
            {
                "event": "fault",
                "trace_id": trace_id,
                "kind": type(error).__name__,
                "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
    )
