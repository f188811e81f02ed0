"""Answers that are given only when what they changed is safe on disk."""

from __future__ import annotations

from typing import Any

from cantata.sandbox.participant.api import Handler, Request
from cantata.sandbox.participant.node import Participant


def durable(node: Participant, run: Handler) -> Handler:
    """Let a handler's answer wait until its changes are safe."""

    async def run_durably(request: Request) -> Any:
        result = run(request)
        if hasattr(result, "__await__"):
            result = await result
        await node.durability.wait()
        return result

    return run_durably
