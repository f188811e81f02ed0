"""What support decides on deposits: whose they are, that they go back, that we try again.

Each decision is one transaction of the caller's: the deposit's row is locked, the journal posts
it once, and the audit trail keeps who decided it, why, on what grounds, and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from cantata.exchange.model.customers import AccountState, CustomerAccount
from cantata.exchange.model.decisions import By
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.model.journal import Book, BookKind, Entry, Occasion, pair
from cantata.exchange.model.withdrawals import Withdrawal
from cantata.exchange.objections import (
    CustomerUnknown,
    DepositNotThere,
    DepositUnknown,
    NotCreditable,
)
from cantata.exchange.policy.deposits import Reason, closed_to, untrusted_because
from cantata.exchange.policy.memos import named_by
from cantata.exchange.repository import customers, deposits, history, journal, listings
from cantata.exchange.service.accepting import decided, is_under_way, news_of, surroundings
from cantata.exchange.service.auditing import note
from cantata.exchange.service.withdrawals import Withdrawals
from cantata.kernel.time import Clock, Timestamp
from cantata.storage.outbox import publish
from cantata.storage.session import ReadSession, WriteSession

_SUSPENSE = Book(BookKind.SUSPENSE)
_UNLISTED = Book(BookKind.UNLISTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """How a deposit goes back: to its sender, or to `receiver`; with the memo that is needed."""

    key: str
    receiver: str | None = None
    memo: str = ""


class Deposits:
    """The use cases of support."""

    def __init__(self, withdrawals: Withdrawals, clock: Clock) -> None:
        self._withdrawals = withdrawals
        self._clock = clock

    async def find(self, session: ReadSession, identity: UUID) -> Deposit:
        """Give a deposit; raise DepositUnknown."""
        found = await deposits.find(session, identity)
        if found is None:
            raise DepositUnknown(identity)
        return found

    async def page(
        self,
        session: ReadSession,
        wanted: deposits.Filter,
        before: deposits.Place | None,
        limit: int,
    ) -> tuple[Deposit, ...]:
        """Give deposits before a place, newest first; those in suspense or stuck by their state."""
        return await deposits.page(session, wanted, before, limit)

    async def attribute(
        self, session: WriteSession, identity: UUID, account: UUID, by: By
    ) -> Deposit:
        """Credit a deposit in suspense to a customer, once; the same again changes nothing.

        Raise DepositUnknown, CustomerUnknown, DepositNotThere, NotCreditable.
        """
        deposit = await self._locked(session, identity)
        if deposit.state is DepositState.CREDITED and deposit.account == account:
            return deposit
        _require(deposit, DepositState.SUSPENSE)
        customer = await customers.find(session, account)
        if customer is None:
            raise CustomerUnknown(str(account))
        _require_creditable(deposit, customer)
        return await self._credited(session, deposit, customer, by)

    async def admit(self, session: WriteSession, identity: UUID, by: By) -> Deposit:
        """Take a deposit that was not listed when it came for one of the instrument listed now.

        It is credited to whom its memo names, or else in suspense. Raise DepositUnknown,
        DepositNotThere, or NotCreditable while its holdings do not count as the instrument.
        """
        deposit = await self._locked(session, identity)
        _require(deposit, DepositState.UNLISTED)
        listed = await listings.find(session, deposit.instrument)
        findings, holdings = await history.came_with(session, deposit)
        untrusted = untrusted_because(findings, holdings, listed)
        if listed is None or untrusted is not None or not holdings:
            reason = (untrusted or Reason.NOT_LISTED).value
            raise NotCreditable(identity, reason, hint="list the instrument and its packages")
        memo = named_by(deposit.memo)
        customer = (await customers.by_memos(session, [memo])).get(memo) if memo else None
        own = (await surroundings(session, [])).treasuries
        against = Reason.OWN_TREASURY if deposit.sender in own else None
        against = against or closed_to(listed, customer, deposit.amount)
        now = self._clock.now()
        admitted = replace(
            deposit,
            state=DepositState.SUSPENSE,
            reason="" if against is None else against.value,
            updated_at=now,
        )
        await deposits.save(session, deposit.state, admitted)
        await self._post(session, admitted, "admitted", _UNLISTED, _SUSPENSE, now)
        await note(session, by, "deposit.admitted", str(identity), now, **_facts(admitted))
        if against is None and customer is not None:
            return await self._credited(session, admitted, customer, by)
        await publish(session, [news_of(admitted)])
        return admitted

    async def refund(
        self, session: WriteSession, identity: UUID, refund: Refund, by: By
    ) -> tuple[Withdrawal, bool]:
        """Have a deposit in suspense paid back; give the withdrawal and whether it is new.

        Raise DepositUnknown, NotRefundable, or what refuses any payment.
        """
        made, is_new = await self._withdrawals.refund(
            session, identity, refund.key, by.actor, receiver=refund.receiver, memo=refund.memo
        )
        if is_new:
            facts = {"withdrawal": str(made.id), "receiver": str(made.receiver)}
            now = self._clock.now()
            await note(session, by, "deposit.refunded", str(identity), now, **facts)
            await publish(session, [news_of(await self.find(session, identity))])
        return made, is_new

    async def retry(self, session: WriteSession, identity: UUID, by: By) -> Deposit:
        """Try to accept a stuck offer once more, or look at a waiting one now.

        It is stuck again should it fail. Raise DepositUnknown, or DepositNotThere if it is no
        offer, or is being accepted.
        """
        deposit = await self._locked(session, identity)
        _require(deposit, DepositState.STUCK, DepositState.OFFERED)
        if await is_under_way(session, deposit):
            raise DepositNotThere(identity, "being accepted", [DepositState.STUCK.value])
        contract = deposit.instruction or ""
        state = await history.state(session, deposit.treasury, [contract])
        known = await surroundings(session, [deposit.memo])
        now = self._clock.now()
        offered = replace(deposit, state=DepositState.OFFERED, updated_at=now)
        after = await decided(session, offered, state.instruction(contract), known, now)
        await deposits.save(session, deposit.state, after)
        await note(session, by, "deposit.retried", str(identity), now, **_facts(after))
        await publish(session, [news_of(after)])
        return after

    async def _locked(self, session: WriteSession, identity: UUID) -> Deposit:
        found = await deposits.find(session, identity, lock=True)
        if found is None:
            raise DepositUnknown(identity)
        return found

    async def _credited(
        self, session: WriteSession, deposit: Deposit, customer: CustomerAccount, by: By
    ) -> Deposit:
        now = self._clock.now()
        after = replace(
            deposit,
            state=DepositState.CREDITED,
            account=customer.id,
            reason="",
            updated_at=now,
        )
        await deposits.save(session, deposit.state, after)
        book = Book.customer(customer.id)
        await self._post(session, after, "attributed", _SUSPENSE, book, now)
        facts = {**_facts(after), "account": str(customer.id), "before": deposit.reason}
        await note(session, by, "deposit.attributed", str(deposit.id), now, **facts)
        await publish(session, [news_of(after)])
        return after

    async def _post(
        self,
        session: WriteSession,
        deposit: Deposit,
        step: str,
        debited: Book,
        credited: Book,
        at: Timestamp,
    ) -> None:
        """Move a deposit's amount from one account of the journal to another, once."""
        entry = Entry(
            occasion=Occasion.ATTRIBUTED,
            reference=f"{deposit.id}/{step}",
            at=at,
            postings=pair(debited, credited, deposit.instrument, deposit.amount),
        )
        made = await journal.record(session, [entry])
        assert made == 1, deposit.id


def _require(deposit: Deposit, *wanted: DepositState) -> None:
    if deposit.state not in wanted:
        states: Sequence[str] = [state.value for state in wanted]
        raise DepositNotThere(deposit.id, deposit.state.value, states)


def _require_creditable(deposit: Deposit, customer: CustomerAccount) -> None:
    """Refuse to make our own money a customer's, or to credit a closed account."""
    if deposit.reason == Reason.OWN_TREASURY.value:
        raise NotCreditable(deposit.id, "it came from a treasury of ours")
    if customer.state is not AccountState.OPEN:
        raise NotCreditable(
            deposit.id, f"the account is {customer.state.value}", hint="open the account first"
        )


def _facts(deposit: Deposit) -> dict[str, str]:
    """Give what the audit trail keeps of a deposit."""
    return {
        "state": deposit.state.value,
        "amount": deposit.amount.to_wire(),
        "instrument": str(deposit.instrument),
        "sender": deposit.sender,
    }
