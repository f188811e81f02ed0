"""What the state service answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cantata.sandbox.participant.api import Endpoint, Request, get
from cantata.sandbox.participant.node import Participant


class StateService:
    """Answers from the state of one node."""

    def __init__(self, node: Participant) -> None:
        self._node = node

    def ledger_end(self, request: Request) -> dict[str, Any]:
        """Give the offset of the last entry, 0 on an empty ledger."""
        return {"offset": self._node.ledger.end()}


def routes(node: Participant) -> Sequence[Endpoint]:
    """Give the routes of the service."""
    service = StateService(node)
    return [get("/v2/state/ledger-end", service.ledger_end, summary="The end of the ledger.")]
