"""What is true when everything has settled, worked out from the ledger and what was asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from cantata.bootstrap import ingesting
from cantata.exchange.model.deposits import DepositState
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.model.withdrawals import WithdrawalKind, WithdrawalState
from cantata.exchange.reconciliation.service import TreasuryReconciler, snapshot_of
from cantata.exchange.repository import history, journal
from cantata.exchange.repository.tables import BALANCES, DEPOSITS, WITHDRAWALS
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import SystemClock
from cantata.ledger.model.updates import Transaction
from cantata.tokens.history import holding_made
from cantata.tokens.model import InstrumentId
from cantata.tokens.reconciliation.service import Reconciler
from tests.faults.exchange.house import POLICY, PREAPPROVED, House
from tests.faults.exchange.payers import Deposit
from tests.faults.exchange.truth import Payment, Truth, truth_of

ZERO = Decimal("0")
COMPLETED = WithdrawalState.COMPLETED
Sums = defaultdict[tuple[Any, ...], Decimal]

_ENDS = {
    "": (WithdrawalState.FAILED, WithdrawalState.WITHDRAWN),
    "Accept": (WithdrawalState.COMPLETED,),
    "Reject": (WithdrawalState.REJECTED,),
    "Withdraw": (WithdrawalState.WITHDRAWN, WithdrawalState.EXPIRED),
    "Update": (WithdrawalState.EXPIRED,),
}
"""Where withdrawals are whose offers ended so; of those without one nothing is on the ledger."""

MAY_FAIL = frozenset({"WITHDRAWAL_TOO_LATE", "CANCELLED", "NOT_RECORDED"})
"""Why withdrawals of the story may fail: what died took too long, or a command was lost."""

_EMPTY_IN_THE_END = frozenset(
    {BookKind.HELD, BookKind.UNEXPLAINED, BookKind.UNLISTED, BookKind.LOSSES, BookKind.INCOME}
)


async def check(house: House) -> Truth:
    """Check everything; give what the ledger shows of payments."""
    truth = truth_of(await recorded(house), house.treasuries)
    await check_deposits(house)
    rows = await withdrawals_of(house)
    check_payments(house, truth, rows)
    check_ends(rows)
    await check_owed(house, rows)
    await check_holdings(house, truth)
    await check_reconciled(house)
    return truth


async def recorded(house: House) -> tuple[Transaction, ...]:
    """Give everything that the ledger recorded."""
    end = await house.ledger.state.ledger_end()
    async with aclosing(ingesting.source(house.ledger).follow(0, end)) as updates:
        return tuple([each async for each in updates if isinstance(each, Transaction)])


async def check_deposits(house: House) -> None:
    """Each payment is one deposit, in the state that its memo and amount make it."""
    async with house.database.read() as session:
        rows = await session.all(select(DEPOSITS))
    found = Counter(
        (each.treasury, each.instrument, each.amount, each.account, each.state) for each in rows
    )
    wanted = Counter(
        (each.treasury, each.token.id, each.amount, each.account, _state(each).value)
        for each in house.paid.deposits
    )
    assert found == wanted, (found - wanted, wanted - found)


def check_payments(house: House, truth: Truth, rows: Mapping[UUID, Row[Any]]) -> None:
    """Each withdrawal that was taken ended, was paid at most once, and says what happened."""
    taken = house.told.taken
    assert rows.keys() == taken.keys()
    twice = {name: each for name, each in truth.payments.items() if len(each) != 1}
    assert not twice, twice
    assert truth.payments.keys() <= taken.keys()
    for identity, asked in taken.items():
        payment = next(iter(truth.payments.get(identity, ())), None)
        row, order = rows[identity], asked.order
        assert WithdrawalState(row.state) in _ends(payment), (row, payment)
        if payment is not None:
            told = (payment.receiver, payment.token, payment.amount)
            assert told == (order.receiver, order.instrument.id, order.amount)


def check_ends(rows: Mapping[UUID, Row[Any]]) -> None:
    """What failed did so for a reason of the story's; where there was time, most of it did not."""
    codes = Counter(row.failure["code"] for row in rows.values() if row.failure is not None)
    assert set(codes) <= MAY_FAIL, codes
    states = Counter(row.state for row in rows.values() if row.instrument == PREAPPROVED)
    done, failed = (states[each.value] for each in (COMPLETED, WithdrawalState.FAILED))
    assert done > failed, (states, codes)


async def check_owed(house: House, rows: Mapping[UUID, Row[Any]]) -> None:
    """What customers are owed is what was paid in for them, less what was paid out; so with fees.

    It follows from what payers and tellers were told, and how withdrawals ended.
    """
    owed: Sums = defaultdict(lambda: ZERO)
    for each in house.paid.deposits:
        if _state(each) is DepositState.CREDITED:
            _add(owed, (BookKind.CUSTOMER.value, str(each.account), each.token.id), each.amount)
        elif _state(each) is DepositState.SUSPENSE:
            _add(owed, (BookKind.SUSPENSE.value, "", each.token.id), each.amount)
    for asked in house.told.taken.values():
        state, token = WithdrawalState(rows[asked.id].state), asked.token.id
        fee = _fee(state)
        paid = asked.order.amount if state is WithdrawalState.COMPLETED else ZERO
        _add(owed, (BookKind.CUSTOMER.value, str(asked.order.account), token), -(paid + fee))
        _add(owed, (BookKind.FEES.value, "", token), fee)
    async with house.database.read() as session:
        booked = await session.all(
            select(BALANCES).where(BALANCES.c.kind != BookKind.TREASURY.value)
        )
    found = {(row.kind, row.name, row.instrument): -row.amount for row in booked}
    wanted = {key: amount for key, amount in owed.items() if amount != ZERO}
    _require_same({key: n for key, n in found.items() if n != ZERO}, wanted)
    assert not [key for key in wanted if BookKind(key[0]) in _EMPTY_IN_THE_END]
    assert all(amount > ZERO for amount in wanted.values())


async def check_holdings(house: House, truth: Truth) -> None:
    """Treasuries hold by the ledger what the journal and our own records say, receivers their due.

    What treasuries hold is also what was paid in less what was paid out.
    """
    active = await _active(house)
    due: Sums = defaultdict(lambda: ZERO)
    for each in house.paid.deposits:
        if _state(each) in {DepositState.CREDITED, DepositState.SUSPENSE}:
            _add(due, (each.treasury, each.token.id), each.amount)
    for (payment,) in truth.payments.values():
        if payment.is_paid:
            _add(due, (payment.treasury, payment.token), -payment.amount)
            _add(due, (payment.receiver, payment.token), payment.amount)
    everybody = {*house.treasuries, *(each.party for each in house.receivers.all)}
    held = {(owner, token.id): n for (owner, token), n in active.items() if owner in everybody}
    _require_same(held, {key: amount for key, amount in due.items() if amount != ZERO})
    async with house.database.read() as session:
        for party in map(PartyId, house.treasuries):
            mine = {token: amount for (owner, token), amount in active.items() if owner == party}
            assert await history.totals(session, party) == mine
            assert await journal.balances(session, Book.treasury(party)) == mine
        sums = await journal.totals(session)
    for instrument in {token for _, token in sums}:
        of = [amount for (_, token), amount in sums.items() if token == instrument]
        assert sum(of, ZERO) == ZERO, instrument


async def check_reconciled(house: House) -> None:
    """Both jobs that compare by the clock find nothing: projections, and treasuries."""
    clock, wanted = SystemClock(), ingesting.wanted()
    report = await Reconciler(house.database, house.ledger, wanted, clock).run()
    assert report.is_clean, report.differences
    snapshot = snapshot_of(house.ledger, wanted)
    treasuries = await TreasuryReconciler(house.database, snapshot, clock).run()
    assert treasuries.is_clean, treasuries.differences
    assert treasuries.compared > 0


async def withdrawals_of(house: House) -> dict[UUID, Row[Any]]:
    """Give all payments that are recorded; there is nothing of unknown origin among them."""
    async with house.database.read() as session:
        rows: Sequence[Row[Any]] = await session.all(
            select(WITHDRAWALS).where(WITHDRAWALS.c.kind != WithdrawalKind.SELF.value)
        )
    return {row.id: row for row in rows}


async def _active(house: House) -> dict[tuple[str, InstrumentId], Decimal]:
    active: defaultdict[tuple[str, InstrumentId], Decimal] = defaultdict(lambda: ZERO)
    end = await house.ledger.state.ledger_end()
    async with aclosing(
        house.ledger.state.active_contracts(ingesting.wanted(), at=end)
    ) as contracts:
        async for contract in contracts:
            holding = holding_made(contract.event, contract.event.offset, None)
            if holding is not None:
                key = (str(holding.owner), holding.instrument)
                active[key] = active[key] + holding.amount
    return active


def _ends(payment: Payment | None) -> tuple[WithdrawalState, ...]:
    if payment is None:
        return _ENDS[""]
    if not payment.is_offer:
        return (WithdrawalState.COMPLETED,)
    assert payment.end, "an offer still waits"
    return _ENDS[payment.end]


def _state(deposit: Deposit) -> DepositState:
    """Tell where a deposit has to be in the end."""
    if deposit.is_credited:
        return DepositState.CREDITED
    return DepositState.OFFERED if deposit.offered else DepositState.SUSPENSE


def _fee(state: WithdrawalState) -> Decimal:
    if state is WithdrawalState.COMPLETED:
        return POLICY.withdrawal_fee
    return POLICY.reject_fee if state is WithdrawalState.REJECTED else ZERO


def _require_same(found: Mapping[Any, Decimal], wanted: Mapping[Any, Decimal]) -> None:
    """Fail with what differs, as it is and as it should be."""
    differs = {
        key: (str(found.get(key)), str(wanted.get(key)))
        for key in found.keys() | wanted.keys()
        if found.get(key) != wanted.get(key)
    }
    assert not differs, differs


def _add(sums: Sums, key: tuple[Any, ...], amount: Decimal) -> None:
    sums[key] = sums[key] + amount
