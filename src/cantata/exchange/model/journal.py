"""The journal: double entry, so that what customers are owed always is what treasuries hold.

Amounts are debits when positive and credits when negative, and those of an entry add up to zero
for each instrument. A treasury's account is debited by what its holdings gain; everything else
is credited by what is owed to its owner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from cantata.kernel.errors import CantataError
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import NOTHING, Total
from cantata.tokens.model import InstrumentId

ZERO = Decimal("0")


class BookKind(Enum):
    """What an account of the journal is for."""

    TREASURY = "treasury"
    """What a treasury holds by the ledger, locked and reserved holdings included."""
    CUSTOMER = "customer"
    """What a customer may withdraw."""
    HELD = "held"
    """What a withdrawal under way holds of a customer's balance."""
    SUSPENSE = "suspense"
    """What came in and is nobody's so far."""
    UNLISTED = "unlisted"
    """Holdings of instruments that are not listed."""
    FEES = "fees"
    INCOME = "income"
    """Rewards, mints and other gains that no customer sent."""
    LOSSES = "losses"
    """What a treasury lost without paying anybody: burned, expired."""
    OPENING = "opening"
    """What a treasury held before the history that was read begins."""
    UNEXPLAINED = "unexplained"
    """Changes of holdings that nothing explains: each raises an alarm. Recovered withdrawals have
    one each, by their name, until it is known whose they are."""


@dataclass(frozen=True, slots=True, order=True)
class Book:
    """An account of the journal; `name` is a party, a customer account or a withdrawal."""

    kind: BookKind
    name: str = ""

    @classmethod
    def treasury(cls, party: PartyId) -> Book:
        """Give the account of what a treasury holds."""
        return cls(BookKind.TREASURY, party)

    @classmethod
    def customer(cls, account: UUID) -> Book:
        """Give the account of a customer's balance."""
        return cls(BookKind.CUSTOMER, str(account))

    @classmethod
    def held(cls, withdrawal: UUID) -> Book:
        """Give the account of what a withdrawal holds."""
        return cls(BookKind.HELD, str(withdrawal))

    @classmethod
    def unexplained(cls, withdrawal: UUID) -> Book:
        """Give the account of what a recovered withdrawal took, and nobody is debited for."""
        return cls(BookKind.UNEXPLAINED, str(withdrawal))


class Occasion(Enum):
    """Why an entry is made; with its reference it is made once."""

    OPENED = "opened"

    RECEIVED = "received"
    """Holdings changed as an entry of the ledger's history says."""
    ATTRIBUTED = "attributed"
    HOLD = "hold"
    RELEASED = "released"
    PAID = "paid"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Posting:
    """What one account gains (a debit) or loses (a credit)."""

    book: Book
    instrument: InstrumentId
    amount: Decimal | Total


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Postings that belong together; `reference` names what they are about."""

    occasion: Occasion
    reference: str
    at: Timestamp
    postings: Sequence[Posting]

    def __post_init__(self) -> None:
        sums: dict[InstrumentId, Total] = {}
        for posting in self.postings:
            sums[posting.instrument] = sums.get(posting.instrument, NOTHING) + posting.amount
        for instrument, total in sums.items():
            if total:
                raise Unbalanced(self.reference, instrument, total)


class Unbalanced(CantataError):
    """An entry whose postings do not add up to zero; fields `reference`, `instrument`, `rest`."""

    code = "JOURNAL_UNBALANCED"

    def __init__(self, reference: str, instrument: InstrumentId, rest: Total) -> None:
        self.reference = reference
        self.instrument = instrument
        self.rest = rest
        super().__init__(f"the entry {reference} leaves {rest} of {instrument}")


def pair(
    debited: Book, credited: Book, instrument: InstrumentId, amount: Decimal | Total
) -> tuple[Posting, Posting]:
    """Give the two postings of an amount: what it is taken from, or comes in to, and for whom."""
    return (Posting(debited, instrument, amount), Posting(credited, instrument, -amount))
