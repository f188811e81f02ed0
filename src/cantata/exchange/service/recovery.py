"""Whose a recovered withdrawal is: support says so, once, and the customer is debited.

What is recovered was paid by a treasury, and its request was lost with a database. Until it is
attributed, what it took is unexplained. The transaction is the caller's.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from cantata.exchange.model.decisions import By
from cantata.exchange.model.journal import Book, Entry
from cantata.exchange.model.withdrawals import (
    PAYING,
    Withdrawal,
    WithdrawalKind,
    WithdrawalState,
)
from cantata.exchange.objections import CustomerUnknown
from cantata.exchange.policy.endings import attributed, hold
from cantata.exchange.refusals import NotAttributable, WithdrawalUnknown
from cantata.exchange.repository import customers, journal, treasuries, withdrawals
from cantata.exchange.service.auditing import note
from cantata.exchange.service.ending import tell
from cantata.kernel.time import Clock, Timestamp
from cantata.kernel.totals import NOTHING, Total
from cantata.storage.session import ReadSession, WriteSession


class Recovery:
    """The use case of attributing what was recovered."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def attribute(
        self,
        session: WriteSession,
        identity: UUID,
        account: UUID,
        by: By,
        *,
        bear_shortfall: bool = False,
    ) -> Withdrawal:
        """Debit a recovered withdrawal to a customer, once; the same again changes nothing.

        What is completed is debited, what is offered is held until it ends; no fee is taken. A
        customer never owes: with too small a balance raise BalanceTooLow, unless the exchange
        bears what is missing of a completed payment as its loss. Raise WithdrawalUnknown,
        CustomerUnknown, NotAttributable.
        """
        found = await withdrawals.find(session, identity, lock=True)
        if found is None:
            raise WithdrawalUnknown(identity)
        if found.kind is WithdrawalKind.RECOVERED and found.account == account:
            return found
        await _require_attributable(session, found)
        if await customers.find(session, account, lock=True) is None:
            raise CustomerUnknown(str(account))
        now = self._clock.now()
        after = replace(found, account=account, updated_at=now)
        borne = await _shortfall(session, after) if bear_shortfall else NOTHING
        assert await journal.record(session, [await _entry(session, after, borne, now)]) == 1
        await withdrawals.save(session, found.state, after)
        facts = {
            "account": str(account),
            "state": after.state.value,
            "amount": after.amount.to_wire(),
            "borne": borne.to_wire(),
            "instrument": str(after.instrument),
            "receiver": str(after.receiver),
        }
        await note(session, by, "withdrawal.attributed", str(identity), now, **facts)
        await tell(session, after, now, "attributed")
        return after


async def _require_attributable(session: ReadSession, found: Withdrawal) -> None:
    """Raise NotAttributable for what is somebody's, ours, back, or was asked for here."""
    if found.kind is not WithdrawalKind.RECOVERED:
        raise NotAttributable(found.id, f"it is a {found.kind.value}, not recovered")
    if found.account is not None:
        raise NotAttributable(found.id, f"it is of the account {found.account}")
    if found.state not in PAYING:
        raise NotAttributable(found.id, f"it is {found.state.value}, and the money is back")
    if await treasuries.find(session, found.receiver) is not None:
        raise NotAttributable(found.id, "it went to a treasury of ours")


async def _entry(session: ReadSession, after: Withdrawal, borne: Total, now: Timestamp) -> Entry:
    """Give what the journal says of it: taken, or held until the receiver has decided."""
    assert after.account is not None, after.id
    if after.state is WithdrawalState.OFFERED:
        return hold(after, Book.customer(after.account), now, "attributed")
    book = Book.unexplained(after.id)
    left = await journal.balance(session, book, after.instrument)
    return attributed(after, left, borne, now)


async def _shortfall(session: ReadSession, after: Withdrawal) -> Total:
    """Give what a customer lacks of a completed payment; nothing else is borne."""
    assert after.account is not None, after.id
    if after.state is not WithdrawalState.COMPLETED:
        return NOTHING
    book = Book.customer(after.account)
    owed = -await journal.balance(session, book, after.instrument, lock=True)
    return max(after.amount - owed, NOTHING)
