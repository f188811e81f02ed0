"""Sends the spans of a process to a collector if one is named, as long as the process runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import ClassVar

from cantata.kernel.errors import CantataError

LIBRARY = "opentelemetry.sdk"


class CollectorUnusable(CantataError):
    """A collector is named, but what sends spans is not installed; field `endpoint`."""

    code: ClassVar[str] = "COLLECTOR_UNUSABLE"

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        super().__init__(
            f"traces cannot be sent to {endpoint}: {LIBRARY} is missing",
            hint="pip install 'cantata[otel]', or unset CANTATA_OTEL_ENDPOINT",
        )


@contextmanager
def spans_sent(endpoint: str | None, service: str) -> Iterator[None]:
    """Send spans while the block runs, and what is left at its end; nothing without an endpoint.

    Raise CollectorUnusable if the extra `otel` is missing.
    """
    if not endpoint:
        yield
        return
    if find_spec("opentelemetry") is None or find_spec(LIBRARY) is None:
        raise CollectorUnusable(endpoint)
    sender = import_module("cantata.observability.export").send_to(endpoint, service)
    try:
        yield
    finally:
        sender.close()
