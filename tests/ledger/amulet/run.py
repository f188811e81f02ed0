"""One run through all recorded steps, with everything that was found on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from cantata.kernel.errors import CantataError
from cantata.sandbox.engine import Engine, EventFormat, Filters, Shape, Update
from tests.ledger.amulet.formats import event_format
from tests.ledger.amulet.recording import (
    UPDATES,
    Execute,
    Implied,
    Json,
    Prepare,
    Read,
    Step,
    Submit,
    Times,
    exchanges,
)
from tests.ledger.amulet.refusals import front, like, our_refusal, recorded_refusal
from tests.ledger.amulet.replay import Outcome, Replay
from tests.ledger.amulet.shown import recorded, recorded_event
from tests.ledger.amulet.state import State, roots_of, transactions, update_of


@dataclass(frozen=True, slots=True)
class Pair:
    """Something of ours beside what was recorded; `what` says which."""

    what: str
    ours: object
    theirs: object


@dataclass(slots=True)
class Run:
    """The replay and its findings."""

    state: State
    steps: list[Step]
    replay: Replay
    offsets: dict[int, int] = field(default_factory=dict)
    partial: set[int] = field(default_factory=set)
    refused: list[Pair] = field(default_factory=list)
    answers: list[Pair] = field(default_factory=list)
    readings: list[Pair] = field(default_factory=list)
    prepared: Counter[bool] = field(default_factory=Counter)
    before_ledger: Counter[str] = field(default_factory=Counter)
    packages_missing: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path, engine: Engine) -> Run:
        """Make a run over the recording in a folder; nothing is played yet."""
        state = State.read(folder / "state")
        steps = list(state.complete(list(exchanges(folder))))
        return cls(state, steps, Replay(engine, _blobs(state)))

    def play(self) -> Run:
        """Play all steps in order."""
        for step in self.steps:
            match step:
                case Submit():
                    self._submit(step)
                case Prepare():
                    self._prepare(step)
                case Execute():
                    self._execute(step)
                case Implied():
                    self._imply(step)
                case Read():
                    self._read(step)
        return self

    # submissions

    def _submit(self, step: Submit) -> None:
        if step.status != 200 and front(step):
            self.before_ledger[front(step)] += 1
            return
        self._settle(step, self.replay.submit(step, self._times(step)))

    def _times(self, step: Submit | Execute) -> Times:
        """Give the recorded times; where none were, those of the last update."""
        update_id = update_of(step)
        known = None if update_id is None else self.state.times.get(update_id)
        if known is not None:
            return known
        said = step.answer.get("context", {}).get("commands", "")
        at = said.partition("submittedAt: '")[2].partition("'")[0] or self._latest()
        return Times(step.answer.get("completionOffset", 0), at, at)

    def _latest(self) -> str:
        times = self.state.times.values()
        return max(known.effective_at for known in times if known.offset in self.offsets)

    def _prepare(self, step: Prepare) -> None:
        missing = self.replay.missing(step.asked)
        if missing:
            self.packages_missing[missing] += 1
            return
        executed = [
            self._times(other).effective_at
            for other in self.steps
            if isinstance(other, Execute) and other.prepared == step.n and other.status == 200
        ]
        at = executed[0] if executed else self._latest()
        outcome = self.replay.prepare(step, at)
        is_refused = isinstance(outcome, CantataError)
        self.prepared[not is_refused] += 1
        if is_refused:
            self.surprises.append(f"{step.n} {outcome!r}")

    def _execute(self, step: Execute) -> None:
        if step.status != 200 and front(step):
            self.before_ledger[front(step)] += 1
            return
        if step.prepared is None or not self.replay.is_prepared(step.prepared):
            return
        self._settle(step, self.replay.execute(step, self._times(step)))

    def _imply(self, step: Implied) -> None:
        outcome = self.replay.imply(step)
        if isinstance(outcome, Update):
            if min(step.nodes) > 0:
                self.partial.add(step.offset)
            self._accept(outcome, step.offset)

    def _settle(self, step: Submit | Execute, outcome: Outcome) -> None:
        what = f"n={step.n}"
        if step.status == 200:
            if not isinstance(outcome, Update):
                self.surprises.append(f"{what} {outcome!r}")
                return
            self._accept(outcome, self._times(step).offset)
            self._compare_answer(what, step)
        elif not isinstance(outcome, CantataError):
            self.surprises.append(f"{what} was accepted instead of {step.answer['code']}")
        elif self.replay.ledger.end() != len(self.offsets):
            self.surprises.append(f"{what} was refused and changed the ledger")
        else:
            theirs = recorded_refusal(step.answer)
            ours = our_refusal(outcome, self.replay.names)
            self.refused.append(Pair(what, like(ours, theirs), theirs))

    def _accept(self, update: Update, offset: int) -> None:
        self.offsets[offset] = update.offset
        roots = roots_of(self.state.nodes(offset))
        self.replay.learn(update, offset, roots, self.state.contract_ids(offset))

    def _compare_answer(self, what: str, step: Submit | Execute) -> None:
        theirs = step.answer.get("transaction")
        if theirs is not None and step.shown is not None:
            ours = self.update(theirs["offset"], step.shown["eventFormat"], Shape.LEDGER_EFFECTS)
            self.answers.append(Pair(what, ours, recorded(theirs)))

    # readings

    def update(self, offset: int, wanted: Json, shape: Shape) -> Json:
        """Give our update at a recorded offset as a format shows it."""
        replay = self.replay
        seen = replay.ledger.update(self.offsets[offset], event_format(wanted), shape)
        shown: Json = replay.names.theirs(replay.shown.transaction(seen))
        return shown

    def offsets_seen(self, party: str, shape: Shape) -> list[int]:
        """Give the recorded offsets of the updates that a party sees anything of."""
        every = EventFormat(by_party={party: Filters()})
        seen = self.replay.ledger.updates(every, shape)
        return [self.replay.place(update.offset, 0)[0] for update in seen]

    def summary(self) -> str:
        """Say how much was played, how much of it agrees, and what was left out."""
        left_out = self.state.privacy.keys() - self.offsets.keys()
        refusals = len(self.refused) + sum(self.before_ledger.values())
        return (
            f"{len(self.offsets)} of {len(self.state.privacy)} transactions played, "
            f"{len(self.partial)} of them without a root that is not here; "
            f"not played: {sorted(left_out)}\n"
            f"{sum(pair.ours == pair.theirs for pair in self.refused)} of {refusals} refusals "
            f"equal; before the ledger: {dict(self.before_ledger)}\n"
            f"{sum(pair.ours == pair.theirs for pair in self.answers)} of {len(self.answers)} "
            f"answers, {sum(pair.ours == pair.theirs for pair in self.readings)} of "
            f"{len(self.readings)} readings equal; {self.prepared[True]} transactions prepared"
        )

    def contracts(self, wanted: Json, at: int) -> list[Json]:
        """Give our active contracts at a recorded offset as a format shows them."""
        replay = self.replay
        found = replay.ledger.active_contracts(event_format(wanted), replay.offset(at))
        return [replay.names.theirs(replay.shown.created(event)) for event in found]

    def _read(self, step: Read) -> None:
        what = f"n={step.n}"
        if step.path == UPDATES:
            self._read_updates(what, step)
            return
        request, answer = step.request, step.answer
        listed = answer if isinstance(answer, list) else answer["activeContracts"]
        wanted = request.get("eventFormat") or request["filter"]
        ours = self.contracts(wanted, request["activeAtOffset"])
        self.readings.append(Pair(what, ours, recorded_contracts(listed)))

    def _read_updates(self, what: str, step: Read) -> None:
        wanted = step.request["updateFormat"]["includeTransactions"]
        replay = self.replay
        seen = replay.ledger.updates(
            event_format(wanted["eventFormat"]),
            Shape(wanted["transactionShape"]),
            after=replay.offset(step.request["beginExclusive"]),
        )
        ours = [replay.names.theirs(replay.shown.transaction(update)) for update in seen]
        theirs = [recorded(transaction) for transaction in transactions(step.answer)]
        self.readings.append(Pair(what, ours, theirs))


def recorded_contracts(listed: list[Json]) -> list[Json]:
    """Give recorded active contracts in the form of ours."""
    return [
        recorded_event(entry["contractEntry"]["JsActiveContract"]["createdEvent"])
        for entry in listed
    ]


def _blobs(state: State) -> dict[str, str]:
    """Give the blobs of contracts as their stakeholders saw them."""
    return {
        node["contractId"]: node["createdEventBlob"]
        for offset in state.views
        for node in state.nodes(offset).values()
        if "createArgument" in node
    }
