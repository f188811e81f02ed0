"""The list of services: a folder or module here becomes one by a line in it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from cantata.sandbox.participant.api import Endpoint
from cantata.sandbox.participant.node import Participant

SERVICES: tuple[str, ...] = (
    "version",
    "state",
    "updates",
    "events",
    "commands",
    "interactive",
    "parties",
    "users",
    "packages",
)
"""Names below this package; each has a function ``routes(node)`` that gives its endpoints."""


def endpoints(node: Participant) -> Iterator[Endpoint]:
    """Give the endpoints of all services."""
    package = __name__.rpartition(".")[0]
    for name in SERVICES:
        yield from import_module(f"{package}.{name}").routes(node)
