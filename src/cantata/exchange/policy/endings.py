"""What the journal says when a withdrawal is held, paid, or comes back."""

from __future__ import annotations

from cantata.exchange.model.journal import Book, BookKind, Entry, Occasion, Posting, pair
from cantata.exchange.model.treasury import ZERO
from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalKind
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import NOTHING, Total

_OF_CUSTOMERS = frozenset({WithdrawalKind.PAYMENT, WithdrawalKind.RECOVERED})


def origin_of(withdrawal: Withdrawal) -> Book | None:
    """Give the account that a withdrawal is paid from; None if no balance changes by it."""
    if withdrawal.kind in _OF_CUSTOMERS and withdrawal.account is not None:
        return Book.customer(withdrawal.account)
    return Book(BookKind.SUSPENSE) if withdrawal.kind is WithdrawalKind.REFUND else None


def hold(withdrawal: Withdrawal, source: Book, at: Timestamp, again: str = "") -> Entry:
    """Take what a withdrawal costs from an account; `again` names why it is taken once more."""
    total = Total.of((withdrawal.amount, withdrawal.fee))
    held = Book.held(withdrawal.id)
    return Entry(
        occasion=Occasion.HOLD,
        reference=_reference(withdrawal, again),
        at=at,
        postings=pair(source, held, withdrawal.instrument, total),
    )


def paid(withdrawal: Withdrawal, held: Total, net: Decimal, at: Timestamp) -> Entry:
    """Take the fee of a payment, and leave nothing held.

    `held` is what was held before the payment was posted, `net` what the treasury gains by it: a
    negative amount. What left besides is a loss, what did not leave is unexplained.
    """
    rest = held + net - withdrawal.fee
    postings = (*_moved(withdrawal, Book(BookKind.FEES), withdrawal.fee), *_even(withdrawal, rest))
    return _entry(withdrawal, Occasion.PAID, postings, at, "")


def attributed(withdrawal: Withdrawal, left: Total, borne: Total, at: Timestamp) -> Entry:
    """Take what a recovered payment took from the customer whose it turned out to be.

    `left` is what the treasury lost by it; what that is more than the amount is a loss of ours,
    and so is `borne`, the part of the amount that the customer has not got any more.
    """
    origin = origin_of(withdrawal)
    assert origin is not None, withdrawal.id
    of_customer = withdrawal.amount - borne
    of_ours = borne + max(left - withdrawal.amount, NOTHING)
    parts = ((origin, of_customer), (Book(BookKind.LOSSES), of_ours))
    unexplained = Book.unexplained(withdrawal.id)
    postings = tuple(
        posting
        for book, amount in parts
        if amount != ZERO
        for posting in pair(book, unexplained, withdrawal.instrument, amount)
    )
    return _entry(withdrawal, Occasion.ATTRIBUTED, postings, at, "")


def made_up(withdrawal: Withdrawal, missing: Total, at: Timestamp, update: str) -> Entry:
    """Make up for what an offer took beyond what is held for it: a loss of ours."""
    losses, held = Book(BookKind.LOSSES), Book.held(withdrawal.id)
    postings = pair(losses, held, withdrawal.instrument, missing)
    return _entry(withdrawal, Occasion.PAID, postings, at, update)


def returned(
    withdrawal: Withdrawal, held: Total, net: Decimal, fee: Decimal, at: Timestamp, update: str
) -> Entry:
    """Give back what a withdrawal held, less the fee for having failed, and leave nothing held.

    `net` is what the treasury gains by its end. What was burned meanwhile is a loss of ours.
    """
    origin = origin_of(withdrawal)
    assert origin is not None, withdrawal.id
    total = Total.of((withdrawal.amount, withdrawal.fee))
    kept = min(NOTHING + fee, total)
    postings = (
        *_moved(withdrawal, origin, total - kept),
        *_moved(withdrawal, Book(BookKind.FEES), kept),
        *_even(withdrawal, held + net - total),
    )
    return _entry(withdrawal, Occasion.RETURNED, postings, at, update)


def _moved(withdrawal: Withdrawal, to: Book, amount: Decimal | Total) -> tuple[Posting, ...]:
    if amount == ZERO:
        return ()
    return pair(Book.held(withdrawal.id), to, withdrawal.instrument, amount)


def _even(withdrawal: Withdrawal, rest: Total) -> tuple[Posting, ...]:
    """Take away what would be left held, or make up for what is missing."""
    if rest > ZERO:
        return _moved(withdrawal, Book(BookKind.UNEXPLAINED), rest)
    if rest < ZERO:
        held, losses = Book.held(withdrawal.id), Book(BookKind.LOSSES)
        return pair(losses, held, withdrawal.instrument, -rest)
    return ()


def _entry(
    withdrawal: Withdrawal,
    occasion: Occasion,
    postings: tuple[Posting, ...],
    at: Timestamp,
    again: str,
) -> Entry:
    reference = _reference(withdrawal, again)
    return Entry(occasion=occasion, reference=reference, at=at, postings=postings)


def _reference(withdrawal: Withdrawal, again: str) -> str:
    return f"{withdrawal.id}/{again}" if again else str(withdrawal.id)
