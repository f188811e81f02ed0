"""A participant without a network, and short words for what tests ask of it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from cantata.kernel.errors import CantataError
from cantata.lf.archive.dar import read_dar
from cantata.sandbox.participant import commands, events, state, updates
from cantata.sandbox.participant.api import Listing, Request
from cantata.sandbox.participant.claims import EVERYTHING, Claims
from cantata.sandbox.participant.errors import Refusal, refusal_of
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.shapes import read_body, read_path, read_query
from cantata.sandbox.server.lists import ListQuery, collect
from cantata.sandbox.server.router import Router
from cantata.sandbox.server.wire import decode, encode

ASSET = "#oracle-types:Oracle:Asset"
HOLD = "#oracle-types:Oracle:Hold"
USER = "tester"
TRACE = "0123456789abcdef0123456789abcdef"
Json = Any
T = TypeVar("T")


class Stage:
    """A participant with the package `oracle-types` and three parties."""

    def __init__(self, shared: Path) -> None:
        self.node = Participant()
        dar = shared / "data" / "participant" / "packages" / "oracle-types-1.0.0.dar"
        packages = read_dar(dar.read_bytes()).packages.values()
        self.node.packages.add([stored.package for stored in packages])
        party = self.node.identity.party_id
        self.alice, self.bob, self.carol = party("alice"), party("bob"), party("carol")
        self.node.knows_party = {self.alice, self.bob, self.carol}.__contains__
        routes = [
            endpoint
            for service in (commands, events, state, updates)
            for endpoint in service.routes(self.node)
        ]
        self._router = Router(routes)
        self._runner = asyncio.Runner()
        self._commands = 0

    def close(self) -> None:
        """End everything."""
        self._runner.close()
        self.node.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the loop of the participant."""
        return self._runner.run(work)

    def ask(
        self,
        path: str,
        body: Json = None,
        *,
        method: str = "POST",
        query: Mapping[str, list[str]] | None = None,
        claims: Claims = EVERYTHING,
    ) -> Json:
        """Give the answer, or raise the refusal."""
        return self._runner.run(self._ask(path, body, method, query or {}, claims))

    def refusal(self, path: str, body: Json, **more: Any) -> dict[str, Any]:
        """Give the refusal of a request as the API shows it."""
        with pytest.raises(CantataError) as caught:
            self.ask(path, body, **more)
        found = refusal_of(caught.value)
        assert isinstance(found, Refusal), caught.value
        return found.to_json(TRACE)

    def command(self, *acting: str, of: list[Json], **more: Any) -> dict[str, Any]:
        """Give the body of a submission with a command id of its own."""
        self._commands += 1
        return {
            "commands": of,
            "commandId": f"c-{self._commands}",
            "actAs": list(acting),
            "userId": USER,
            **more,
        }

    def asset(self, owner: str = "", amount: str = "10.0") -> dict[str, Any]:
        """Give the command that lets alice issue an asset."""
        arguments = {"issuer": self.alice, "owner": owner or self.alice, "amount": amount}
        return {"CreateCommand": {"templateId": ASSET, "createArguments": arguments}}

    def exercise(self, contract_id: str, choice: str, argument: Json = None) -> dict[str, Any]:
        """Give the command that exercises a choice of an asset."""
        fields = {"templateId": ASSET, "contractId": contract_id, "choice": choice}
        return {"ExerciseCommand": {**fields, "choiceArgument": argument or {}}}

    def create(self, owner: str = "", **more: Any) -> dict[str, Any]:
        """Issue an asset; give its created event."""
        body = self.command(self.alice, of=[self.asset(owner)], **more)
        answer = self.ask("/v2/commands/submit-and-wait-for-transaction", {"commands": body})
        (event,) = answer["transaction"]["events"]
        return dict(event["CreatedEvent"])

    def archive(self, contract_id: str) -> Json:
        """Archive an asset."""
        body = self.command(self.alice, of=[self.exercise(contract_id, "Archive")])
        return self.ask("/v2/commands/submit-and-wait", body)

    def end(self) -> int:
        """Give the end of the ledger."""
        return int(self.ask("/v2/state/ledger-end", method="GET")["offset"])

    async def _ask(
        self,
        path: str,
        body: Json,
        method: str,
        query: Mapping[str, list[str]],
        claims: Claims,
    ) -> Json:
        found = self._router.find(path.encode())
        assert found is not None, path
        endpoint = found.methods[method]
        if isinstance(endpoint, Listing):
            wanted = read_query(ListQuery, {"stream_idle_timeout_ms": ["50"], **query})
            request = Request(claims, {}, wanted, read_body(endpoint.body, body), TRACE)
            stream: Any = endpoint.open(request)
            idle = None if stream.finite else wanted.stream_idle_timeout_ms
            return decode(encode(await collect(stream, wanted.limit, idle)))
        parameters = {
            name: read_path(name, endpoint.path_types.get(name, str), text)
            for name, text in found.parameters.items()
        }
        asked = None if endpoint.query is None else read_query(endpoint.query, query)
        content = read_body(endpoint.body, body) if method == "POST" else None
        result: Any = endpoint.run(Request(claims, parameters, asked, content, TRACE))
        return await result if hasattr(result, "__await__") else result


def wildcard(*parties: str, blob: bool = False) -> dict[str, Any]:
    """Give the event format that shows everything to some parties."""
    case = {"WildcardFilter": {"value": {"includeCreatedEventBlob": blob}}}
    filters = {"cumulative": [{"identifierFilter": case}]}
    return {"filtersByParty": dict.fromkeys(parties, filters), "verbose": True}


def transactions(*parties: str, shape: str = "ACS_DELTA") -> dict[str, Any]:
    """Give the update format that shows transactions to some parties."""
    shown = {
        "eventFormat": wildcard(*parties),
        "transactionShape": f"TRANSACTION_SHAPE_{shape}",
    }
    return {"includeTransactions": shown}


@contextmanager
def staged(shared: Path) -> Iterator[Stage]:
    """Give a stage for as long as it is needed."""
    stage = Stage(shared)
    try:
        yield stage
    finally:
        stage.close()
