"""Compares what the ledger says of a treasury with what the database does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cantata.exchange.history.model import Holding, Instruction
from cantata.exchange.history.state import State
from cantata.exchange.model.journal import BookKind
from cantata.exchange.reconciliation.model import (
    BooksDiffer,
    Difference,
    FieldDiffers,
    NotCovered,
    NotOnLedger,
    NotRecorded,
    Position,
    Unexplained,
)
from cantata.kernel.ids import PartyId
from cantata.kernel.totals import NOTHING, Total
from cantata.tokens.model import InstrumentId

HOLDING_FIELDS = (
    *("instrument", "owner", "amount", "lock", "package_name"),
    *("admin_signed", "views_agree"),
)
INSTRUCTION_FIELDS = ("original_id", "transfer", "awaits_receiver", "package_name", "admin_signed")
"""What must be equal; the time of creation is that of recording, which the ledger's state lacks."""

Owed = Mapping[tuple[BookKind, InstrumentId], Total]


def compare_states(ledger: State, recorded: State) -> Iterator[Difference]:
    """Give how the contracts of a treasury differ from those on the ledger."""
    party = PartyId(ledger.party)
    yield from _compare(party, ledger.holdings, recorded.holdings, HOLDING_FIELDS)
    yield from _compare(party, ledger.instructions, recorded.instructions, INSTRUCTION_FIELDS)


def compare_books(
    party: PartyId, held: Mapping[InstrumentId, Total], booked: Mapping[InstrumentId, Total]
) -> Iterator[Difference]:
    """Give the instruments of which a treasury's account is not what it holds."""
    for instrument in sorted({*held, *booked}):
        left, right = held.get(instrument, NOTHING), booked.get(instrument, NOTHING)
        if left != right:
            yield BooksDiffer(treasury=party, instrument=instrument, held=left, booked=right)


def compare_owed(owed: Owed) -> Iterator[Difference]:
    """Give the instruments that are not covered, and what nothing explains."""
    for instrument in sorted({each for _, each in owed}):
        sums = {kind: amount for (kind, each), amount in owed.items() if each == instrument}
        held = sums.pop(BookKind.TREASURY, NOTHING)
        rest = Total.of(sums.values())
        if held + rest != NOTHING:
            yield NotCovered(instrument=instrument, held=held, owed=-rest)
        amount = sums.get(BookKind.UNEXPLAINED, NOTHING)
        if amount != NOTHING:
            yield Unexplained(instrument=instrument, amount=-amount)


def positions_of(ledger: State) -> Sequence[Position]:
    """Give what a treasury has by the ledger, by instrument."""
    by_instrument: dict[InstrumentId, list[Holding]] = {}
    for holding in ledger.holdings.values():
        identity = InstrumentId(PartyId(holding.instrument.admin), holding.instrument.id)
        by_instrument.setdefault(identity, []).append(holding)
    return [
        Position(
            treasury=PartyId(ledger.party),
            instrument=instrument,
            amount=Total.of(each.amount for each in held),
            locked=Total.of(each.amount for each in held if each.lock is not None),
            holdings=len(held),
        )
        for instrument, held in sorted(by_instrument.items())
    ]


def _compare(
    party: PartyId,
    ledger: Mapping[str, Holding] | Mapping[str, Instruction],
    recorded: Mapping[str, Holding] | Mapping[str, Instruction],
    names: Sequence[str],
) -> Iterator[Difference]:
    for contract in sorted(ledger.keys() - recorded.keys()):
        yield NotRecorded(treasury=party, contract_id=contract)
    for contract in sorted(recorded.keys() - ledger.keys()):
        yield NotOnLedger(treasury=party, contract_id=contract)
    for contract in sorted(ledger.keys() & recorded.keys()):
        for name in names:
            left, right = getattr(ledger[contract], name), getattr(recorded[contract], name)
            if left != right:
                yield FieldDiffers(
                    treasury=party,
                    contract_id=contract,
                    field=name,
                    ledger=str(left),
                    recorded=str(right),
                )
