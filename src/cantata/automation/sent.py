"""What was written down as sent: one submission, and the intents that it carries out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.kernel.time import Timestamp
from cantata.ledger.tracing import current_traceparent
from cantata.observability.tracing import span


@dataclass(frozen=True, slots=True)
class Sent:
    """Intents that are written down at a time as sent by one command; `again` if it was before.

    `dead_before` is the record time after which what was sent before can have no effect.
    """

    intents: tuple[Intent, ...]
    plan: Plan
    command_id: str
    at: Timestamp
    again: bool = False
    dead_before: Timestamp | None = None

    @property
    def first(self) -> Intent:
        """The intent that stands for all of them."""
        return self.intents[0]


@contextmanager
def traced(intent: Intent) -> Iterator[None]:
    """Work under the trace of the request; the ledger's client passes it on."""
    with span(intent.trace, "automation.step", kind=intent.wish.kind, intent=str(intent.id)) as now:
        marker = current_traceparent.set(now)
        try:
            yield
        finally:
            current_traceparent.reset(marker)
