"""What a transaction did to the party, sorted by the choices that explain it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from cantata.exchange.history.choices import Claim, Label
from cantata.exchange.history.contracts import Unreadable
from cantata.exchange.history.log import LogEvent
from cantata.exchange.history.model import Holding, Instruction
from cantata.ledger.model.events import ExercisedEvent


class Change(NamedTuple):
    """A holding of the party came or went; `units` is what the party gained by it, of 10⁻¹⁰."""

    holding: Holding
    is_created: bool
    units: int


@dataclass(slots=True)
class Scope:
    """A choice that explains effects, and these; without `event` a contract made by no choice."""

    node_id: int
    last: int
    event: ExercisedEvent | None
    claim: Claim | None = None
    label: Label | None = None
    changes: list[Change] = field(default_factory=list)
    opened: list[tuple[int, Instruction]] = field(default_factory=list)
    closed: list[tuple[int, Instruction]] = field(default_factory=list)
    log: list[LogEvent] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    @property
    def standing(self) -> list[tuple[int, Instruction]]:
        """The instructions that were opened here and not closed again, with their nodes."""
        closed = {instruction.contract_id for _, instruction in self.closed}
        return [each for each in self.opened if each[1].contract_id not in closed]

    @property
    def ended(self) -> list[tuple[int, Instruction]]:
        """The instructions that were closed here and opened elsewhere, with the nodes of that."""
        opened = {instruction.contract_id for _, instruction in self.opened}
        return [each for each in self.closed if each[1].contract_id not in opened]

    @property
    def touches_party(self) -> bool:
        """Tell whether there is anything about the party to explain."""
        return bool(self.claim or self.changes or self.opened or self.closed or self.unreadable)
