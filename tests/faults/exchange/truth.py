"""What treasuries paid, read from what the ledger recorded, and from nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from cantata.exchange.model.withdrawals import WITHDRAWAL_ID
from cantata.kernel.money import Decimal
from cantata.ledger.model.events import ExercisedEvent
from cantata.ledger.model.updates import Transaction

ENDS = ("Accept", "Reject", "Withdraw", "Update")
"""Choices that end offers; by the last one an admin clears away what nobody accepted in time."""


@dataclass
class Payment:
    """A transfer of a treasury's: how far it went, and by which choice an offer of it ended."""

    treasury: str
    receiver: str
    token: str
    amount: Decimal
    is_offer: bool
    end: str = ""

    @property
    def is_paid(self) -> bool:
        """Tell whether the receiver has it."""
        return not self.is_offer or self.end == "Accept"


@dataclass
class Truth:
    """All payments of treasuries by the withdrawals that they name, and answers to offers."""

    payments: defaultdict[UUID, list[Payment]] = field(default_factory=lambda: defaultdict(list))
    accepted: set[str] = field(default_factory=set)
    """Offers to treasuries, by their contracts."""


def truth_of(transactions: Iterable[Transaction], treasuries: Collection[str]) -> Truth:
    """Read what treasuries paid and accepted."""
    found, offers = Truth(), dict[str, Payment]()
    for transaction in transactions:
        for event in transaction.exercised:
            if event.choice == "TransferFactory_Transfer":
                _begun(event, treasuries, found, offers)
            elif event.choice.startswith("TransferInstruction_"):
                end = event.choice.partition("_")[2]
                assert end in ENDS, event.choice
                if event.contract_id in offers:
                    assert not offers[event.contract_id].end, "an offer ended twice"
                    offers[event.contract_id].end = end
                elif end == "Accept":
                    found.accepted.add(event.contract_id)
    return found


def _begun(
    event: ExercisedEvent,
    treasuries: Collection[str],
    found: Truth,
    offers: dict[str, Payment],
) -> None:
    transfer = event.argument["transfer"]
    if transfer["sender"] not in treasuries or transfer["receiver"] == transfer["sender"]:
        return
    output = event.result["output"]
    payment = Payment(
        treasury=transfer["sender"],
        receiver=transfer["receiver"],
        token=transfer["instrumentId"]["id"],
        amount=Decimal(transfer["amount"]),
        is_offer=output["tag"].endswith("_Pending"),
    )
    if payment.is_offer:
        offers[output["value"]["transferInstructionCid"]] = payment
    found.payments[UUID(transfer["meta"]["values"][WITHDRAWAL_ID])].append(payment)
