"""Plays recorded steps on our ledger: what was accepted must be, what was refused must not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from cantata.kernel.errors import CantataError
from cantata.lf.codec import JsonCodec
from cantata.lf.model import TIMESTAMP
from cantata.sandbox.commands import CommandReader
from cantata.sandbox.engine import (
    Contract,
    Engine,
    Ledger,
    NamedRef,
    Submission,
    Transaction,
    Update,
)
from tests.ledger.amulet.formats import type_ref
from tests.ledger.amulet.names import Names
from tests.ledger.amulet.recording import Asked, Execute, Implied, Json, Prepare, Submit, Times
from tests.ledger.amulet.shown import Shown
from tests.ledger.amulet.state import roots_of

Outcome = Update | Transaction | CantataError
"""What a step became: an update, a transaction that waits for signatures, or a refusal."""


@dataclass(slots=True)
class Replay:
    """Our ledger beside the recording."""

    engine: Engine
    blobs: dict[str, str]
    ledger: Ledger = field(init=False)
    codec: JsonCodec = field(init=False)
    reader: CommandReader = field(init=False)
    shown: Shown = field(init=False)
    names: Names = field(default_factory=Names)
    _known: dict[str, Contract] = field(default_factory=dict)
    _places: dict[int, tuple[int, list[tuple[int, int]]]] = field(default_factory=dict)
    _prepared: dict[int, tuple[Submission, Transaction]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.engine)
        self.codec = JsonCodec(self.engine.packages.packages)
        self.reader = CommandReader(self.engine.packages, self.codec)
        self.shown = Shown(self.engine.runtime, self.codec, self.place)

    # steps

    def submit(self, step: Submit, times: Times) -> Outcome:
        """Submit commands; times are the recorded ones, or those at which it was refused."""
        try:
            submission = self._submission(step.asked, step.n, times.effective_at)
            return self.ledger.submit(submission, record_time=self._time(times.record_time))
        except CantataError as error:
            return error

    def missing(self, asked: Asked) -> str:
        """Name a package that commands need and that is not at hand, "" if there is none."""
        resolution = self.engine.packages.resolution()
        for command in asked.commands:
            for body in command.values():
                ref = type_ref(body["templateId"])
                if isinstance(ref, NamedRef) and ref.package_name not in resolution:
                    return ref.package_name
        return ""

    def is_prepared(self, n: int) -> bool:
        """Tell whether a preparation succeeded here."""
        return n in self._prepared

    def prepare(self, step: Prepare, effective_at: str) -> Outcome:
        """Prepare a transaction; it waits until it is executed."""
        try:
            submission = self._submission(step.asked, step.n, effective_at)
            self._prepared[step.n] = self.ledger.prepare(submission)
        except CantataError as error:
            return error
        return self._prepared[step.n][1]

    def execute(self, step: Execute, times: Times) -> Outcome:
        """Commit a prepared transaction."""
        assert step.prepared is not None
        submission, transaction = self._prepared[step.prepared]
        recorded_at = self._time(times.record_time)
        try:
            return self.ledger.commit(submission, transaction, record_time=recorded_at)
        except CantataError as error:
            return error

    def imply(self, step: Implied) -> Outcome | None:
        """Play what was seen of an update; None if its packages or contracts are not here."""
        nodes = [step.nodes[node_id] for node_id in roots_of(step.nodes)]
        if not all(self._is_known(node) for node in nodes):
            return None
        disclosed = self._known.values()
        asked = Asked(
            act_as=tuple(party for node in nodes for party in authorizers(node)),
            read_as=(),
            commands=tuple(command_of(node) for node in nodes),
            disclosed=(),
            preference=(),
            command_id=step.transaction["commandId"],
            workflow_id=step.transaction["workflowId"],
        )
        effective_at = step.transaction["effectiveAt"]
        recorded_at = self._time(step.transaction["recordTime"])
        submission = self._submission(asked, step.offset, effective_at, disclosed)
        return self.ledger.submit(submission, record_time=recorded_at)

    def learn(
        self, update: Update, offset: int, roots_seen: list[int], contract_ids: dict[int, str]
    ) -> None:
        """Note which of our contracts and nodes are which of an update at an offset.

        `contract_ids` are the recorded ones by node id. Roots differ where not all was played.
        """
        roots = zip(update.tree.roots, roots_seen or update.tree.roots, strict=True)
        shifts = [(ours, theirs - ours) for ours, theirs in roots]
        self._places[update.offset] = offset, shifts
        for node in update.tree.nodes:
            contract = getattr(node, "contract", None)
            if contract is not None:
                self._known[contract.contract_id] = contract
                theirs = contract_ids[self.place(update.offset, node.node_id)[1]]
                self.names.learn(theirs, contract.contract_id)

    # places

    def place(self, offset: int, node_id: int) -> tuple[int, int]:
        """Give the recorded offset and node id of ours."""
        recorded, shifts = self._places[offset]
        shift = [by for root, by in shifts if root <= node_id]
        return recorded, node_id + (shift[-1] if shift else 0)

    def offset(self, recorded: int) -> int:
        """Give our offset at a recorded one: that of the last update until then."""
        return max((ours for ours, (at, _) in self._places.items() if at <= recorded), default=0)

    def _is_known(self, node: Json) -> bool:
        if "createArgument" in node:
            return node["templateId"].split(":")[0] in self.engine.packages.packages
        return self.names.knows(node["contractId"])

    # submissions

    def _submission(
        self, asked: Asked, n: int, effective_at: str, disclosed: Iterable[Contract] = ()
    ) -> Submission:
        return Submission(
            act_as=frozenset(asked.act_as),
            read_as=frozenset(asked.read_as),
            commands=self.reader.read(
                [self.names.ours(item) for item in asked.commands], preference=asked.preference
            ),
            ledger_time=self._time(effective_at),
            seed=sha256(b"%d" % n).digest(),
            disclosed=(*disclosed, *(self._disclosed(item) for item in asked.disclosed)),
            package_preference=asked.preference,
            command_id=asked.command_id,
            workflow_id=asked.workflow_id,
        )

    def _disclosed(self, disclosed: Json) -> Contract:
        """Give the contract of a blob; a blob that was tampered with gives one that was too.

        The recording tampers with the blob's salt. Our ids bind the creation time instead.
        """
        contract = self._known[self.names.ours(disclosed["contractId"])]
        if disclosed["createdEventBlob"] != self.blobs[disclosed["contractId"]]:
            return contract._replace(created_at=contract.created_at + 1)
        return contract

    def _time(self, text: str) -> int:
        micros: int = self.codec.decode(text, TIMESTAMP)
        return micros


def authorizers(node: Json) -> list[str]:
    """Give the parties who must have authorized a node that was at the root."""
    return list(node["signatories"] if "createArgument" in node else node["actingParties"])


def command_of(node: Json) -> Json:
    """Give the command that has a node at its root."""
    if "createArgument" in node:
        fields = {"templateId": node["templateId"], "createArguments": node["createArgument"]}
        return {"CreateCommand": fields}
    fields = {name: node[name] for name in ("contractId", "choice", "choiceArgument")}
    return {"ExerciseCommand": {**fields, "templateId": node["interfaceId"] or node["templateId"]}}
