"""Events: what happened, as a name and fields; never a sentence, never a secret."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from cantata.observability.tracing import current_trace

_SECRET = re.compile(r"secret|token|password|authorization|private|api_?key|cookie", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(?<=://)([^:/@\s]+):[^@\s]+(?=@)")
HIDDEN = "[hidden]"
TEXT_MAX = 2_000
TRACEBACK_MAX = 20_000

Event = MutableMapping[str, Any]


def configure(level: str = "info", form: str = "auto") -> None:
    """Write events to standard error: as JSON lines, or for people on a terminal."""
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    renderer: Any = (
        # Without the values of variables, which may be secrets.
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if console
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            add_trace,
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def events(source: str) -> Any:
    """Give the logger of a part: ``events("ingestion").info("batch.applied", updates=12)``."""
    return structlog.get_logger(source=source)


def add_trace(logger: Any, method: str, event: Event) -> Event:
    """Add the trace that the work belongs to."""
    trace = current_trace()
    if trace:
        event.setdefault("trace_id", trace)
    return event


def redact(logger: Any, method: str, event: Event) -> Event:
    """Hide secrets by the names of fields, passwords in addresses, and the rest of long texts."""
    for name, value in event.items():
        if _SECRET.search(name):
            event[name] = HIDDEN
        elif isinstance(value, str):
            most = TRACEBACK_MAX if name == "exception" else TEXT_MAX
            event[name] = _URL_PASSWORD.sub(rf"\1:{HIDDEN}", value)[:most]
    return event
