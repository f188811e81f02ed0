"""The endpoints that control a sandbox, and what they work on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from cantata.kernel.errors import CantataError
from cantata.kernel.time import RelTime, Timestamp
from cantata.sandbox.control.bodies import AddFault, AdvanceTime, SetTime, TakeSnapshot
from cantata.sandbox.control.clock import ControlledClock
from cantata.sandbox.control.faults import Faults
from cantata.sandbox.control.refusals import invalid, unknown
from cantata.sandbox.control.snapshots import Snapshots
from cantata.sandbox.participant.api import (
    TEXT,
    Answer,
    Endpoint,
    Request,
    Right,
    Route,
    delete,
    get,
    post,
)
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.services import endpoints
from cantata.sandbox.server import docs
from cantata.sandbox.server.app import Application
from cantata.sandbox.server.limits import Limits
from cantata.sandbox.server.open import OpenStreams

Json = dict[str, Any]

_get = partial(get, right=Right.NONE)
_post = partial(post, right=Right.NONE)
_delete = partial(delete, right=Right.NONE)


def controlled(
    node: Participant, clock: ControlledClock, limits: Limits | None = None
) -> Application:
    """Serve a node, whose clock is the one given, with its control beside it."""
    streams = OpenStreams()
    control = Control(node, clock, streams)
    served = control.around(endpoints(node))
    return Application(node, served, beside=control.endpoints(), streams=streams, limits=limits)


class Control:
    """Controls the time, the faults and the state of one node, which has the same clock."""

    def __init__(self, node: Participant, clock: ControlledClock, streams: OpenStreams) -> None:
        self._node = node
        self._clock = clock
        self._faults = Faults(clock)
        self._snapshots = Snapshots(node, clock, streams)
        node.is_locked = self._faults.is_locked

    def around(self, endpoints: Iterable[Endpoint]) -> list[Endpoint]:
        """Give endpoints that have the faults that are asked for here."""
        return [self._faults.around(each) for each in endpoints]

    def endpoints(self) -> Sequence[Route]:
        """Give the endpoints under `/sandbox`, and the description of them."""
        controls = [*self._time(), *self._fault(), *self._state()]
        described = docs.openapi(
            ((each.method, each) for each in controls), self._node.settings.version
        )
        described["info"]["title"] = "Control of the sandbox"
        text = docs.to_yaml(described).encode()
        return [
            *controls,
            _get(
                "/docs/sandbox",
                lambda request: Answer(text, TEXT),
                content_type=TEXT,
                summary="Describe the control of the sandbox.",
            ),
        ]

    def _time(self) -> Iterable[Route]:
        at = "/sandbox/time"
        yield _get(at, lambda request: self._shown_time(), summary="Tell the ledger's time.")
        yield _post(f"{at}/set", self._set_time, SetTime, summary="Stop the time, not before now.")
        yield _post(
            f"{at}/advance", self._advance, AdvanceTime, summary="Stop the time a span later."
        )

    def _fault(self) -> Iterable[Route]:
        at, table = "/sandbox/faults", self._faults.table
        yield _get(
            at, lambda request: {"faults": table.to_json()}, summary="Give the active faults."
        )
        yield _post(
            at,
            lambda request: {"id": table.add(request.body).id},
            AddFault,
            summary="Let something go wrong.",
        )
        yield _delete(at, self._clear_faults, summary="Let nothing go wrong any more.")
        yield _delete(f"{at}/{{id}}", self._remove_fault, summary="Take a fault back.")

    def _state(self) -> Iterable[Route]:
        at, snapshots = "/sandbox/snapshots", self._snapshots
        yield _get(
            "/sandbox/state",
            self._describe_state,
            summary="Give the ledger's end and a hash of all that is stored.",
        )
        yield _get(
            at,
            lambda request: {"snapshots": snapshots.to_json()},
            summary="Give the snapshots, oldest first.",
        )
        yield _post(
            at,
            lambda request: snapshots.take(request.body.name).to_json(),
            TakeSnapshot,
            summary="Remember the ledger as it is now.",
        )
        yield _delete(f"{at}/{{name}}", self._discard, summary="Forget a snapshot.")
        yield Route(
            method="POST",
            path=f"{at}/{{name}}/rollback",
            run=lambda request: snapshots.roll_back(request.path["name"]).to_json(),
            right=Right.NONE,
            summary="Make the ledger what it was; open streams end with an error.",
        )

    def _set_time(self, request: Request) -> Json:
        try:
            self._clock.set(Timestamp(request.body.time))
        except (ValueError, CantataError) as error:
            raise invalid("time", str(error)) from None
        return self._shown_time()

    def _advance(self, request: Request) -> Json:
        try:
            self._clock.advance(RelTime(request.body.microseconds))
        except (ValueError, CantataError) as error:
            raise invalid("microseconds", str(error)) from None
        return self._shown_time()

    def _shown_time(self) -> Json:
        clock = self._clock
        return {"time": str(clock.now()), "static": clock.static is not None}

    def _clear_faults(self, request: Request) -> Json:
        self._faults.table.clear()
        return {}

    def _remove_fault(self, request: Request) -> Json:
        if not self._faults.table.remove(request.path["id"]):
            raise unknown("fault", request.path["id"])
        return {}

    def _discard(self, request: Request) -> Json:
        self._snapshots.discard(request.path["name"])
        return {}

    async def _describe_state(self, request: Request) -> Json:
        await self._node.durability.wait()
        store = self._node.store
        return {"offset": store.end(), "pruned": store.pruned(), "hash": store.state_hash()}
