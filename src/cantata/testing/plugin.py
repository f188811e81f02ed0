"""The pytest plugin: a ledger for each test, in this process or over its API.

    @pytest.mark.contracts("cantata.tokens.contract")
    def test_mint(ledger: Ledger) -> None: ...

    def test_service(sandbox: Sandbox) -> None: ...

Packages are compiled once in a test run; what a test does to its ledger is undone after it.
A sandbox is a process that all tests of a worker with the same packages share.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeAlias

import pytest

from cantata.testing.catalog import Source
from cantata.testing.ledger import Ledger

if TYPE_CHECKING:  # few tests need it
    from cantata.testing.server import Sandbox

SANDBOXES_MAX = 4
"""Most sandboxes that run at a time; the one that was not used for longest is stopped."""

Sources: TypeAlias = tuple[Source, ...]

_LEDGERS = pytest.StashKey[dict[Sources, Ledger]]()


class Sandboxes:
    """Running sandboxes by the contract packages that they have."""

    def __init__(self) -> None:
        self._running: dict[Sources, tuple[Sandbox, ExitStack]] = {}

    def get(self, sources: Sources) -> Sandbox:
        """Give the sandbox with some packages; start it if it is not running."""
        found = self._running.pop(sources, None)
        if found is None:
            while len(self._running) >= SANDBOXES_MAX:
                self._stop(next(iter(self._running)))
            found = self._start(sources)
        self._running[sources] = found
        return found[0]

    def close(self) -> None:
        """Stop all sandboxes."""
        while self._running:
            self._stop(next(iter(self._running)))

    def _start(self, sources: Sources) -> tuple[Sandbox, ExitStack]:
        from cantata.testing.server import dar_of, running  # noqa: PLC0415 - few tests need it

        stack = ExitStack()
        sandbox = stack.enter_context(running())
        with stack:
            for source in sources:
                sandbox.upload(dar_of(source))
            return sandbox, stack.pop_all()

    def _stop(self, sources: Sources) -> None:
        self._running.pop(sources)[1].close()


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", "contracts(*sources): contract packages of the test's ledger or sandbox"
    )
    config.stash[_LEDGERS] = {}


@pytest.fixture
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """Give a ledger with the packages of the marker `contracts`, undone after the test."""
    sources = _sources(request)
    known = request.config.stash[_LEDGERS]
    if sources not in known:
        known[sources] = Ledger(*sources)
    shared = known[sources]
    with shared.anchor():
        yield shared


@pytest.fixture(scope="session")
def cantata_sandboxes() -> Iterator[Sandboxes]:
    """Give the sandboxes of this test run; they are stopped after it."""
    sandboxes = Sandboxes()
    try:
        yield sandboxes
    finally:
        sandboxes.close()


@pytest.fixture
def shared_sandbox(
    request: pytest.FixtureRequest, cantata_sandboxes: Sandboxes
) -> Iterator[Sandbox]:
    """Give a sandbox with the packages of the marker `contracts`, which keeps what tests do.

    Tests stay apart by parties of their own: `shared_sandbox.party("alice")`.
    """
    shared = cantata_sandboxes.get(_sources(request))
    yield shared
    shared.faults.clear()


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Iterator[Sandbox]:
    """Give a sandbox with the packages of the marker `contracts`, undone after the test."""
    with shared_sandbox.anchor():
        yield shared_sandbox


def _sources(request: pytest.FixtureRequest) -> Sources:
    marker = request.node.get_closest_marker("contracts")
    return () if marker is None else marker.args
