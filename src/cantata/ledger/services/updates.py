"""What happened: updates, completions and the events of a contract."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from cantata.ledger.decoding import Fields, each_of
from cantata.ledger.errors import NotFound
from cantata.ledger.formats import Shape, Wanted
from cantata.ledger.model.events import ArchivedEvent, CreatedEvent, archived, created
from cantata.ledger.model.updates import (
    Checkpoint,
    Completion,
    CompletionUpdate,
    Update,
    completion,
    update,
)
from cantata.ledger.streams import Follow, Streams
from cantata.ledger.submission import ChangeId
from cantata.ledger.transport import Call, Transport

COMPLETIONS_PATH = "/v2/commands/completions"
COMPLETIONS_A_CALL = 200


@dataclass(frozen=True, slots=True)
class ContractEvents:
    """The events of one contract that its reader may see."""

    created: CreatedEvent | None
    archived: ArchivedEvent | None


class Updates:
    """Reads the history of a ledger."""

    def __init__(self, transport: Transport, streams: Streams) -> None:
        self._transport = transport
        self._streams = streams

    async def by_id(
        self, update_id: str, wanted: Wanted, shape: Shape = Shape.LEDGER_EFFECTS
    ) -> Update:
        """Give the update with this id; raise `NotFound` if the reader may see nothing of it."""
        return await self._one("id", {"updateId": update_id}, wanted, shape)

    async def at(self, offset: int, wanted: Wanted, shape: Shape = Shape.LEDGER_EFFECTS) -> Update:
        """Give the update at this offset; raise `NotFound` as `by_id` does."""
        return await self._one("offset", {"offset": offset}, wanted, shape)

    async def follow(
        self,
        wanted: Wanted,
        begin: int,
        *,
        end: int | None = None,
        shape: Shape = Shape.ACS_DELTA,
        quick: Callable[[bytes], Update | None] | None = None,
    ) -> AsyncGenerator[Update, None]:
        """Give the updates after `begin`, up to `end` or for ever, each once and in order.

        Checkpoints are among them: their offset is as good a place to go on as any. Close the
        iterator, or use `contextlib.aclosing`, when you leave it early. `quick` may read frames
        of the usual form faster than they are read in general; it gives None for all others.
        """
        form = wanted.update_format(shape)

        def request(offset: int) -> Any:
            asked = {"beginExclusive": offset, "updateFormat": form}
            return asked if end is None else {**asked, "endInclusive": end}

        followed: Follow[Update] = Follow(
            "/v2/updates", request, update, _position, is_finite=end is not None, quick=quick
        )
        async with aclosing(self._streams.follow(followed, begin)) as elements:
            async for element in elements:
                yield element

    async def completions(
        self, user_id: str, parties: tuple[str, ...], begin: int
    ) -> AsyncGenerator[CompletionUpdate, None]:
        """Give what becomes of a user's commands after `begin`, for ever."""

        def request(offset: int) -> Any:
            return {"userId": user_id, "parties": list(parties), "beginExclusive": offset}

        followed: Follow[CompletionUpdate] = Follow(
            COMPLETIONS_PATH, request, completion, _position
        )
        async with aclosing(self._streams.follow(followed, begin)) as elements:
            async for element in elements:
                yield element

    async def completion_of(self, change: ChangeId, since: int) -> Completion | None:
        """Look for how a change completed after an offset; prefer success to failures."""
        found: Completion | None = None
        begin = since
        while True:
            body = {
                "userId": change.user_id,
                "parties": sorted(change.act_as),
                "beginExclusive": begin,
            }
            query = {"limit": COMPLETIONS_A_CALL}
            call = Call(method="POST", path=COMPLETIONS_PATH, body=body, query=query)
            elements = each_of(await self._transport.read(call), completion)
            for each in elements:
                if isinstance(each, Completion) and each.command_id == change.command_id:
                    found = each
                    if each.is_success:
                        return each
            reached = max((each.offset for each in elements if each is not None), default=begin)
            if len(elements) < COMPLETIONS_A_CALL or reached <= begin:
                return found
            begin = reached

    async def events_of(self, contract_id: str, wanted: Wanted) -> ContractEvents:
        """Give the events of a contract; raise `NotFound` if the reader may see none."""
        body = {"contractId": contract_id, "eventFormat": wanted.event_format()}
        call = Call(method="POST", path="/v2/events/events-by-contract-id", body=body)
        fields = Fields(await self._transport.read(call))
        made, gone = fields.optional("created"), fields.optional("archived")
        if made is None and gone is None:
            raise NotFound(f"no event of the contract {contract_id} can be seen")
        return ContractEvents(
            None if made is None else created(made.object("createdEvent")),
            None if gone is None else archived(gone.object("archivedEvent")),
        )

    async def contract(self, contract_id: str, parties: tuple[str, ...] = ()) -> CreatedEvent:
        """Give a contract that the participant knows, active or not, by its id.

        Its offset, node id, blob and views mean nothing here. Without parties it takes the right
        to read as any. Raise `NotFound`, also if none of the parties has a stake in it.
        """
        body = {"contractId": contract_id, "queryingParties": list(parties)}
        call = Call(method="POST", path="/v2/contracts/contract-by-id", body=body)
        return created(Fields(await self._transport.read(call)).object("createdEvent"))

    async def _one(self, by: str, key: dict[str, Any], wanted: Wanted, shape: Shape) -> Update:
        body = {**key, "updateFormat": wanted.update_format(shape)}
        call = Call(method="POST", path=f"/v2/updates/update-by-{by}", body=body)
        return update(Fields(await self._transport.read(call)))


def _position(element: Update | CompletionUpdate) -> tuple[int, bool]:
    return element.offset, isinstance(element, Checkpoint)
