"""Traces: one id from the request through automation and the ledger to ingestion.

The id travels as the W3C header `traceparent`, which the ledger's client reads from a context
variable of its own; with the extra `otel` and an endpoint, spans are sent to a collector, too.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Protocol

_FORM = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})", re.ASCII)

current: ContextVar[str] = ContextVar("traceparent", default="")
"""The `traceparent` of the work that is done in this context."""


def current_trace() -> str:
    """Give the id of the current trace, or nothing."""
    return trace_of(current.get())


def trace_of(header: str) -> str:
    """Give the id of the trace that a `traceparent` belongs to, or nothing."""
    match = _FORM.fullmatch(header)
    return match.group(1) if match else ""


def continued(header: str) -> str:
    """Give the `traceparent` of a new span: in the trace of a header, or in a new one."""
    match = _FORM.fullmatch(header)
    trace, flags = (match.group(1), match.group(3)) if match else (secrets.token_hex(16), "01")
    return f"00-{trace}-{secrets.token_hex(8)}-{flags}"


@contextmanager
def span(header: str = "", name: str = "", **attributes: str) -> Iterator[str]:
    """Work under a span of the given, or the current, or a new trace; give its header.

    With a collector and a name, the span is sent there with its attributes.
    """
    parent = header or current.get()
    with (
        _exporter.open(parent, name, attributes) if name else nullcontext(continued(parent)) as now
    ):
        marker = current.set(now)
        try:
            yield now
        finally:
            current.reset(marker)


class SpanExporter(Protocol):
    """Where spans go; without a collector nowhere."""

    def open(
        self, parent: str, name: str, attributes: Mapping[str, str]
    ) -> AbstractContextManager[str]:
        """Open a span under a parent's header, or of a new trace; give its header."""


class NoExporter:
    """Sends nothing."""

    def open(
        self, parent: str, name: str, attributes: Mapping[str, str]
    ) -> AbstractContextManager[str]:
        """Give a header."""
        return nullcontext(continued(parent))


_exporter: SpanExporter = NoExporter()


def export_to(exporter: SpanExporter) -> None:
    """Send the spans of this process to an exporter from now on."""
    global _exporter  # noqa: PLW0603 - one exporter a process, like the registry of metrics
    _exporter = exporter
