"""The client: one object for everything that a participant's JSON Ledger API offers."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

import httpx2

from cantata.kernel.time import Clock
from cantata.ledger.acting import Acting
from cantata.ledger.services.administration import Parties, Users
from cantata.ledger.services.commands import Commands, Submitter
from cantata.ledger.services.external import External, Signers
from cantata.ledger.services.packages import Packages
from cantata.ledger.services.state import State
from cantata.ledger.services.updates import Updates
from cantata.ledger.settings import Settings
from cantata.ledger.streams import Sleep, Streams, sleep_ms
from cantata.ledger.submission import Disclosed
from cantata.ledger.tokens import TokenProvider
from cantata.ledger.transport import Transport


class LedgerClient:
    """A participant: `async with LedgerClient(Settings("http://localhost:7575")) as ledger`."""

    def __init__(
        self,
        settings: Settings,
        *,
        tokens: TokenProvider | None = None,
        clock: Clock | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        sleep: Sleep = sleep_ms,
    ) -> None:
        self._transport = Transport(settings, tokens=tokens, clock=clock, transport=transport)
        streams = Streams(settings, self._transport.tokens, sleep)
        self.settings = settings
        self.state = State(self._transport, streams)
        self.updates = Updates(self._transport, streams)
        submitter = Submitter(self._transport, self.updates)
        self.commands = Commands(self._transport, submitter)
        self.external = External(self._transport, submitter)
        self.parties = Parties(self._transport)
        self.users = Users(self._transport)
        self.packages = Packages(self._transport)

    def acting(
        self,
        *parties: str,
        read_as: Iterable[str] = (),
        disclosed: Iterable[Disclosed] = (),
        signers: Signers | None = None,
    ) -> Acting:
        """Act and read as parties, with contract classes: ``acting(alice).create(Token(…))``.

        External parties need the `signers` that sign for them.
        """
        return Acting(
            self.commands,
            self.external,
            self.state,
            parties,
            read_as=tuple(read_as),
            disclosed=tuple(disclosed),
            signers=dict(signers or {}),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
