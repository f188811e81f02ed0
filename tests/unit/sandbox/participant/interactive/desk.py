"""A participant in memory with an external party, asked as the server asks it."""

from __future__ import annotations

import asyncio
import base64
import inspect
from collections.abc import Mapping
from typing import Any

import pytest

from cantata.contracts.declared import declared_packages
from cantata.kernel.errors import CantataError
from cantata.kernel.generators import SeededIds
from cantata.kernel.time import ManualClock, RelTime, Timestamp
from cantata.lf.interactive.crypto import PrivateKey
from cantata.lf.interactive.topology import SigningKey, SigningKeys
from cantata.sandbox.participant.api import Request, Route
from cantata.sandbox.participant.claims import EVERYTHING, Claims
from cantata.sandbox.participant.errors import Refusal, refusal_of
from cantata.sandbox.participant.interactive import routes
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.shapes import read_body, read_query

Json = dict[str, Any]

NOW = 1_700_000_000_000_000
AT = "/v2/interactive-submission"
PING = "#canton-builtin-admin-workflow-ping:Canton.Internal.Ping:Ping"
USER = "wallet"


class Desk:
    """A node without the parties service: it knows `party`, whose keys are `keys`."""

    def __init__(self, *keys: PrivateKey, threshold: int = 1) -> None:
        self.clock = ManualClock(Timestamp(NOW))
        self.node = Participant(clock=self.clock, ids=SeededIds(b"desk"))
        self.node.packages.add(declared_packages().values())
        self.keys = keys or (PrivateKey.from_seed(b"\x01" * 32),)
        self.party = f"ext::{self.keys[0].public.fingerprint}"
        self.local = self.node.identity.party_id("local")
        registered = SigningKeys(tuple(SigningKey.of(key.public) for key in self.keys), threshold)
        self.signing = {self.party: registered}
        self.node.signing_keys = self.signing.get
        self.node.knows_party = {self.party, self.local}.__contains__
        self._routes = {
            route.path.removeprefix(f"{AT}/"): route
            for route in routes(self.node)
            if isinstance(route, Route)
        }
        self._commands = 0

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.clock.advance(RelTime.of(seconds=seconds))

    def post(self, name: str, body: Json, claims: Claims = EVERYTHING) -> Any:
        """Send a body to an endpoint; give the answer or raise what it refuses."""
        read = read_body(self._routes[name].body, body)
        return self._run(name, Request(claims=claims, body=read, trace_id="ab" * 16))

    def get(self, name: str, query: Mapping[str, list[str]]) -> Any:
        """Send a query to an endpoint."""
        return self._run(name, Request(query=read_query(self._routes[name].query, query)))

    def refused(self, name: str, body: Json, claims: Claims = EVERYTHING) -> Refusal:
        """Send a body that is refused; the ledger stays as it is."""
        before = self.updates()
        with pytest.raises(CantataError) as raised:
            self.post(name, body, claims)
        assert self.updates() == before
        refusal = refusal_of(raised.value)
        assert isinstance(refusal, Refusal)
        return refusal

    def updates(self) -> int:
        """Count the updates of the ledger."""
        store = self.node.store
        return sum(1 for _ in store.updates(None, 0, store.end()))

    def create(self, **more: Any) -> Json:
        """Give a request to prepare a ping by the party to itself."""
        ping = {"id": "1", "initiator": self.party, "responder": self.party}
        return self.request(
            {"CreateCommand": {"templateId": PING, "createArguments": ping}}, **more
        )

    def respond(self, contract_id: str) -> Json:
        """Give a request to prepare the answer to a ping, which ends it."""
        command = {"templateId": PING, "contractId": contract_id, "choice": "Respond"}
        return self.request({"ExerciseCommand": {**command, "choiceArgument": {}}})

    def request(self, *commands: Json, **more: Any) -> Json:
        """Give a request to prepare commands, each under a new id."""
        self._commands += 1
        return {
            "userId": USER,
            "commandId": f"command-{self._commands}",
            "commands": list(commands),
            "actAs": [self.party],
            "synchronizerId": "",
            "packageIdSelectionPreference": [],
            **more,
        }

    def signed(self, prepared: Json, *keys: PrivateKey, **more: Any) -> Json:
        """Give a request to execute what was prepared, signed by keys, else the first."""
        digest = base64.b64decode(prepared["preparedTransactionHash"])
        signatures = [signature_body(key, digest) for key in keys or self.keys[:1]]
        return {
            "preparedTransaction": prepared["preparedTransaction"],
            "partySignatures": {
                "signatures": [{"party": self.party, "signatures": signatures}],
            },
            "deduplicationPeriod": {"Empty": {}},
            "submissionId": "submission",
            "userId": USER,
            "hashingSchemeVersion": prepared["hashingSchemeVersion"],
            **more,
        }

    def _run(self, name: str, request: Request) -> Any:
        async def run() -> Any:
            answer = self._routes[name].run(request)
            return await answer if inspect.isawaitable(answer) else answer

        return asyncio.run(run())


def signature_body(key: PrivateKey, digest: bytes) -> Json:
    """Sign a hash and give the signature as requests carry it."""
    signature = key.sign(digest)
    return {
        "format": signature.format.name,
        "signature": base64.b64encode(signature.signature).decode(),
        "signedBy": signature.signed_by,
        "signingAlgorithmSpec": signature.algorithm.name,
    }
