"""What is recorded now: the end of the ledger, synchronizers, active contracts."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from cantata.ledger.decoding import Fields
from cantata.ledger.errors import NotFound, NotSupported
from cantata.ledger.formats import Wanted
from cantata.ledger.model.administration import Synchronizer, Version, synchronizer
from cantata.ledger.model.events import ActiveContract, active_contract
from cantata.ledger.streams import Streams
from cantata.ledger.transport import Call, Transport

ACTIVE_PATH = "/v2/state/active-contracts"


class State:
    """Reads the state of a ledger."""

    def __init__(self, transport: Transport, streams: Streams) -> None:
        self._transport = transport
        self._streams = streams

    async def version(self) -> Version:
        """Give what the participant is."""
        fields = Fields(await self._get("/v2/version"))
        return Version(fields.text("version"), fields.value("features"))

    async def ledger_end(self) -> int:
        """Give the offset of the last update; 0 for an empty ledger."""
        return Fields(await self._get("/v2/state/ledger-end")).integer("offset")

    async def pruned(self) -> int:
        """Give the offset up to which the participant has forgotten updates; 0 for none."""
        fields = Fields(await self._get("/v2/state/latest-pruned-offsets"))
        return fields.integer("participantPrunedUpToInclusive")

    async def synchronizers(self) -> tuple[Synchronizer, ...]:
        """Give the synchronizers that the participant is connected to."""
        fields = Fields(await self._get("/v2/state/connected-synchronizers"))
        return fields.items("connectedSynchronizers", synchronizer)

    async def active_contracts(
        self, wanted: Wanted, *, at: int | None = None, page: int = 1_000
    ) -> AsyncGenerator[ActiveContract, None]:
        """Give the contracts that are active at an offset, by default the end of the ledger.

        They come in pages; from participants before 3.5, which have none, as a stream.
        """
        offset = at if at is not None else await self.ledger_end()
        body = {"activeAtOffset": offset, "eventFormat": wanted.event_format()}
        try:
            answer = await self._page({**body, "maxPageSize": page})
        except (NotFound, NotSupported) as error:
            if isinstance(error, NotFound) and error.answer.code:
                raise
            async with aclosing(self._streams.elements(ACTIVE_PATH, body)) as elements:
                async for element in elements:
                    contract = active_contract(Fields(element))
                    if contract is not None:
                        yield contract
            return
        while True:
            for contract in answer.items("activeContracts", active_contract):
                if contract is not None:
                    yield contract
            token = answer.text("nextPageToken")
            if not token:
                return
            answer = await self._page({**body, "maxPageSize": page, "pageToken": token})

    async def _page(self, body: dict[str, Any]) -> Fields:
        call = Call(method="POST", path=f"{ACTIVE_PATH}-page", body=body)
        return Fields(await self._transport.read(call))

    async def _get(self, path: str) -> Any:
        return await self._transport.read(Call(method="GET", path=path))
