"""The recording played on a sandbox process over HTTP, with what was found on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.api.amulet.keys import KeyRing
from tests.api.amulet.moments import Moments
from tests.api.amulet.parties import ALLOCATE, LOCAL, allocated, posted, signed
from tests.api.amulet.rows import USER, Row, rows
from tests.api.process import Sandbox
from tests.ledger.amulet.recording import EXECUTE, PREPARE, Implied, exchanges
from tests.ledger.amulet.replay import authorizers, command_of
from tests.ledger.amulet.state import State, roots_of
from tests.vectors.participant.causes import causes
from tests.vectors.participant.comparison import differences
from tests.vectors.participant.sending import Outgoing, live_path, send
from tests.vectors.participant.translation import Translation

Json = Any

PACKAGES = "/v2/packages"
SUBMIT = "/v2/commands/submit-and-wait"
EXECUTION = EXECUTE[0]
BY_OFFSET = "/v2/updates/update-by-offset"
LEDGER_END = "/v2/state/ledger-end"
CLOCK = "/sandbox/time/set"
CONTRACT = ("contractId", "createdEventBlob")
SUCCESS = 200
_NAME = re.compile(r"\b(?:00[0-9a-f]{136}|[\w\-]+::1220[0-9a-f]{64})\b")

REGISTRY = "sdk-registry"
"""Who asked the registry, which is no part of a participant."""


@dataclass(slots=True)
class Play:
    """One recording on one sandbox.

    `found` has the differences of each exchange, `partial` the offsets of updates that could be
    played in parts only, with those of our parts.
    """

    sandbox: Sandbox
    folder: Path
    dars: Mapping[str, bytes]
    found: dict[int, list[str]] = field(default_factory=dict)
    partial: dict[int, set[int]] = field(default_factory=dict)
    keys: KeyRing = field(default_factory=KeyRing)
    rows: list[Row] = field(init=False)
    state: State = field(init=False)
    known: Translation = field(init=False)
    _moments: Moments = field(init=False)
    _actors: frozenset[str] = field(init=False)
    _absent: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = rows(self.folder)
        self.state = State.read(self.folder / "state")
        self.known = Translation(self.keys.resigned)
        self._moments = Moments.of(self.rows, self.state)
        made = (row.answer for row in self.rows if row.path in (LOCAL, ALLOCATE))
        named = {each.get("partyId") or each["partyDetails"]["party"] for each in made}
        self._actors = frozenset(actors(self.rows, self.state))
        self._absent = set(self._actors - named)

    def run(self) -> Play:
        """Play all exchanges, and between them the updates whose commands are not kept."""
        after = _implied_after(self.folder, self.state)
        self._at(self._moments.first)
        for n, row in [(0, None), *((row.n, row) for row in self.rows)]:
            if row is not None and row.caller != REGISTRY:
                self.found[n] = self._exchange(row)
            for step in after.get(n, ()):
                self._imply(step)
        return self

    # exchanges

    def _exchange(self, row: Row) -> list[str]:
        self._at(self._moments.of_row(row.n))
        self._allocate(row.body.get("actAs", ()) if isinstance(row.body, dict) else ())
        content = self._content(row)
        if content is None and row.body is not None:
            return ["not sent: the DAR is not at hand"]
        self.known.end = self.sandbox.get(LEDGER_END).json["offset"]
        request = Outgoing(row.method, live_path(row.path, self.known), content, {})
        live = send(self.sandbox.host, self.sandbox.port, request)
        self._learn(row, live)
        recorded = {"status": row.status, "body": row.answer}
        theirs, ours = causes(recorded, live) or ("", "")
        found = [] if theirs == ours else [f"cause {ours!r} not {theirs!r}"]
        return differences(recorded, live) + found + self._inexact(row, live["body"])

    def _content(self, row: Row) -> bytes | None:
        if row.path == PACKAGES:
            return self.dars.get(row.body["$sha256"])
        if row.body is None:
            return None
        body = self.known.value(self.keys.request(row.body))
        if row.signers:
            body["partySignatures"] = self._signatures(row)
        return json.dumps(body).encode()

    def _signatures(self, row: Row) -> Json:
        """Sign as parties whose public keys the recording does not tell."""
        prepared = row.body["preparedTransaction"]
        (message,) = [
            each.answer["preparedTransactionHash"]
            for each in self.rows
            if each.path == PREPARE and each.answer["preparedTransaction"] == prepared
        ]
        return self._signed(row.signers, self.known.hashes.get(message, message))

    def _learn(self, row: Row, live: Json) -> None:
        answer = row.answer
        if row.status == live["status"] == SUCCESS and isinstance(answer, dict):
            told = answer.get("transaction", answer)
            offset = told.get("completionOffset", told.get("offset"))
            if "updateId" in told:
                shown = live["body"].get("transaction", live["body"])
                self._accepted(offset, shown.get("completionOffset", shown.get("offset")))
        self.known.learn(answer, live["body"])

    def _inexact(self, row: Row, live: Json) -> list[str]:
        """Say whether an answer names other contracts or parties than the recorded one."""
        if row.status != SUCCESS:
            return []
        ours, theirs = names(live), names(self.known.value(row.answer))
        return [] if ours == theirs else [f"names {sorted(ours ^ theirs)[:4]}"]

    # updates that are only implied

    def _imply(self, step: Implied) -> None:
        """Submit each of the nodes with which an update began, as those who authorized it."""
        self._at(step.transaction["effectiveAt"])
        roots = roots_of(step.nodes)
        ours = {self._imply_node(step, node_id) for node_id in roots}
        if roots != [0]:
            self.partial[step.offset] = ours

    def _imply_node(self, step: Implied, node_id: int) -> int:
        acting = sorted(authorizers(step.nodes[node_id]))
        self._allocate(acting)
        body = {
            "actAs": acting,
            "readAs": sorted(self._actors - set(acting)),
            "commands": [command_of(step.nodes[node_id])],
            "commandId": step.transaction["commandId"] or f"implied-{step.offset}-{node_id}",
            "workflowId": step.transaction["workflowId"],
            "userId": USER,
        }
        answer = self._submit(self.known.value(body), acting)
        offset: int = answer["completionOffset"]
        self._accepted(step.offset, offset, [node_id])
        return offset

    def _submit(self, body: Json, actors: list[str]) -> Json:
        if not any(map(self._is_external, actors)):
            return posted(self.sandbox, SUBMIT, body)
        body |= {"synchronizerId": "", "packageIdSelectionPreference": [], "verboseHashing": False}
        prepared = posted(self.sandbox, PREPARE, body)
        execution = {
            "userId": USER,
            "preparedTransaction": prepared["preparedTransaction"],
            "hashingSchemeVersion": prepared["hashingSchemeVersion"],
            "submissionId": sha256(prepared["preparedTransactionHash"].encode()).hexdigest(),
            "deduplicationPeriod": {"Empty": {}},
            "partySignatures": self._signed(actors, prepared["preparedTransactionHash"]),
        }
        return posted(self.sandbox, EXECUTION, execution)

    def _signed(self, parties: list[str] | tuple[str, ...], message: str) -> Json:
        signatures = []
        for party in parties:
            live = self.known.text(party)
            signature = signed(self.keys, party, live.partition("::")[2], message)
            signatures.append({"party": live, "signatures": [signature]})
        return {"signatures": signatures}

    def _allocate(self, parties: list[str] | tuple[str, ...]) -> None:
        """Allocate all parties whose allocation is not kept as soon as one of them acts."""
        if not self._absent.intersection(parties):
            return
        for party in sorted(self._absent):
            external = self._is_external(party)
            live = allocated(self.sandbox, self.keys, party, external=external)
            self.known.learn(party, live)
        self._absent.clear()

    def _is_external(self, party: str) -> bool:
        """Tell whether a recorded party has a namespace of its own."""
        participants = {
            row.answer["participantId"] for row in self.rows if row.path.endswith("participant-id")
        }
        namespace = party.partition("::")[2]
        return all(namespace != each.partition("::")[2] for each in participants)

    # what became of it

    def _accepted(self, offset: int, live: int, implied: list[int] | None = None) -> None:
        """Note which of our contracts are which of an update at an offset.

        `implied` are the recorded nodes with which ours began, if that is not all.
        """
        nodes, recorded = self._nodes(live), self.state.nodes(offset)
        roots = roots_of(nodes)
        pairs = list(zip(roots, implied or roots_of(recorded) or roots, strict=True))
        self.known.learn({"offset": offset}, {"offset": live})
        for node_id, node in nodes.items():
            shift = next(theirs - ours for ours, theirs in reversed(pairs) if ours <= node_id)
            theirs = recorded.get(node_id + shift, {})
            if "createArgument" in node and theirs:
                pair = ({key: each[key] for key in CONTRACT} for each in (theirs, node))
                self.known.learn(*pair)

    def _nodes(self, offset: int) -> dict[int, Json]:
        """Give all nodes of an update of ours."""
        value = {"includeCreatedEventBlob": True}
        every = {"cumulative": [{"identifierFilter": {"WildcardFilter": {"value": value}}}]}
        wanted = {
            "eventFormat": {"filtersByParty": {}, "filtersForAnyParty": every, "verbose": False},
            "transactionShape": "TRANSACTION_SHAPE_LEDGER_EFFECTS",
        }
        body = {"offset": offset, "updateFormat": {"includeTransactions": wanted}}
        found = posted(self.sandbox, BY_OFFSET, body)["update"]["Transaction"]["value"]
        return {node["nodeId"]: node for event in found["events"] for node in event.values()}

    def _at(self, time: str | None) -> None:
        """Let the ledger's clock be at a recorded time, if that is not past."""
        if time is not None and self._moments.passes(time):
            posted(self.sandbox, CLOCK, {"time": time})


def names(value: Json) -> set[str]:
    """Give the contract ids and parties in JSON data."""
    return set(_NAME.findall(json.dumps(value)))


def actors(exchanged: list[Row], state: State) -> Iterator[str]:
    """Give the parties that act anywhere in the recording."""
    for row in exchanged:
        if isinstance(row.body, dict):
            yield from row.body.get("actAs", ())
    for offset in state.views:
        for node in state.nodes(offset).values():
            yield from authorizers(node)


def _implied_after(folder: Path, state: State) -> dict[int, list[Implied]]:
    """Give the updates without commands by the number of the exchange after which they are."""
    found: dict[int, list[Implied]] = {}
    last = 0
    for step in state.complete(list(exchanges(folder))):
        if isinstance(step, Implied):
            found.setdefault(last, []).append(step)
        else:
            last = step.n
    return found
