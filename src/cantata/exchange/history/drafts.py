"""Entries in the making: effects on one instrument, with what is said of them and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cantata.exchange.history import shapes
from cantata.exchange.history.model import (
    Entry,
    EntryKind,
    Finding,
    Holding,
    Instruction,
    Instrument,
    Source,
    Status,
)
from cantata.exchange.history.scopes import Change
from cantata.kernel.money import Decimal, MalformedDecimal
from cantata.ledger.model.events import ExercisedEvent
from cantata.ledger.model.updates import Transaction

ZERO = Decimal("0")


@dataclass(slots=True)
class Draft:
    """An entry before its transaction is known to be read; amounts are in units of 10⁻¹⁰."""

    node_id: int
    event: ExercisedEvent | None
    instrument: Instrument | None
    changes: list[Change] = field(default_factory=list)
    kind: EntryKind = EntryKind.UNRECOGNISED
    status: Status = Status.COMPLETED
    sender: str | None = None
    receiver: str | None = None
    amount: int | None = None
    burned: int = 0
    memo: str | None = None
    instruction_id: str | None = None
    original_id: str | None = None
    instruction: Instruction | None = None
    findings: set[Finding] = field(default_factory=set)

    @property
    def net(self) -> int:
        """What the party's holdings gained."""
        return sum(change.units for change in self.changes)

    def about(self, instruction: Instruction) -> None:
        """Take over which instruction this is about."""
        self.instruction = instruction
        self.instruction_id = instruction.contract_id
        self.original_id = instruction.original_id


def lasting(changes: Sequence[Change]) -> list[Change]:
    """Leave out what came and went."""
    created = {change.holding.contract_id for change in changes if change.is_created}
    if not created or len(created) == len(changes):
        return list(changes)
    gone = {change.holding.contract_id for change in changes if not change.is_created}
    passing = created & gone
    if not passing:
        return list(changes)
    return [change for change in changes if change.holding.contract_id not in passing]


def grouped(changes: Sequence[Change]) -> list[list[Change]]:
    """Sort changes by their instruments, in the order in which these come first.

    Contracts that only claim their admin are kept apart from those that the admin signed, so that
    worthless ones never count with real ones.
    """
    if len(changes) == 1:
        return [list(changes)]
    found: dict[tuple[Instrument, bool], list[Change]] = {}
    for change in changes:
        holding = change.holding
        found.setdefault((holding.instrument, holding.admin_signed), []).append(change)
    return list(found.values())


def burned_by(meta: Mapping[str, Any]) -> int:
    """Give what metadata says was burned besides, never less than nothing."""
    return max(shapes.units(meta.get(shapes.BURNED)) or 0, 0)


def is_unlocking(changes: Sequence[Change]) -> bool:
    """Tell whether all that went was locked, and nothing that came is."""
    went = [change.holding for change in changes if not change.is_created]
    came = [change.holding for change in changes if change.is_created]
    return (
        bool(went)
        and all(holding.lock is not None for holding in went)
        and all(holding.lock is None for holding in came)
    )


def gained(changes: Iterable[Change]) -> int:
    """Give the sum of what came."""
    return sum(change.units for change in changes if change.is_created)


def entry_of(draft: Draft, transaction: Transaction, position: int) -> Entry:
    """Finish an entry."""
    findings = draft.findings
    created: list[Holding] = []
    archived: list[Holding] = []
    net = 0
    if draft.instruction is not None and not draft.instruction.admin_signed:
        findings.add(Finding.NOT_SIGNED_BY_ADMIN)
    for holding, is_created, units in draft.changes:
        (created if is_created else archived).append(holding)
        net += units
        if not holding.admin_signed:
            findings.add(Finding.NOT_SIGNED_BY_ADMIN)
        if not holding.views_agree:
            findings.add(Finding.VIEWS_DIFFER)
    amount = None if draft.amount is None else _decimal(draft.amount, findings)
    gain = amount if net == draft.amount else _decimal(net, findings)
    burned = _decimal(draft.burned, findings) if draft.burned else ZERO
    return Entry(
        update_id=transaction.update_id,
        offset=transaction.offset,
        record_time=transaction.record_time,
        node_id=draft.node_id,
        position=position,
        kind=draft.kind,
        status=draft.status,
        sender=draft.sender,
        receiver=draft.receiver,
        instrument=draft.instrument,
        amount=amount,
        net=gain,
        burned=burned or ZERO,
        memo=draft.memo,
        instruction_id=draft.instruction_id,
        original_instruction_id=draft.original_id,
        created=tuple(created),
        archived=tuple(archived),
        source=_source(draft.event),
        findings=tuple(sorted(findings, key=_by_name)) if findings else (),
    )


def _by_name(finding: Finding) -> str:
    return finding.value


def _decimal(units: int, findings: set[Finding]) -> Decimal | None:
    try:
        return Decimal.from_units(units)
    except MalformedDecimal:
        findings.add(Finding.AMOUNT_TOO_LARGE)
        return None


def _source(event: ExercisedEvent | None) -> Source | None:
    if event is None:
        return None
    return Source(
        template_id=event.template_id,
        package_name=event.package_name,
        interface_id=event.interface_id,
        choice=event.choice,
        actors=event.acting_parties,
    )
