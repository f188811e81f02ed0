"""What belongs to the end of a withdrawal: its offer, money back once, its deposit, the news."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from cantata.automation import repository as intents
from cantata.automation.model import Failure
from cantata.exchange.model.deposits import DepositState
from cantata.exchange.model.treasury import ZERO
from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalKind, WithdrawalState
from cantata.exchange.policy.endings import origin_of, returned
from cantata.exchange.repository import deposits, journal, withdrawals
from cantata.exchange.wishes import take_back_wish
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.observability.tracing import current as trace
from cantata.storage.outbox import News, publish
from cantata.storage.session import WriteSession

CANCEL = "exchange.cancel"
"""Who asks for offers to be taken back on a customer's wish."""

_DEPOSIT_AFTER = {
    WithdrawalState.COMPLETED: DepositState.REFUNDED,
    WithdrawalState.REJECTED: DepositState.SUSPENSE,
    WithdrawalState.WITHDRAWN: DepositState.SUSPENSE,
    WithdrawalState.EXPIRED: DepositState.SUSPENSE,
    WithdrawalState.FAILED: DepositState.SUSPENSE,
}


async def give_up(
    session: WriteSession, identity: UUID, failure: Failure, now: Timestamp
) -> Withdrawal | None:
    """End a withdrawal of which the ledger shows nothing; give it, or None if there is none.

    One that the ledger shows is left alone: then the ledger says how it ends.
    """
    found = await withdrawals.find(session, identity, lock=True)
    if found is None or found.state is not WithdrawalState.REQUESTED:
        return found
    state = WithdrawalState.WITHDRAWN if found.cancel_wanted else WithdrawalState.FAILED
    ended = replace(found, state=state, failure=failure, updated_at=now)
    await withdrawals.save(session, found.state, ended)
    if origin_of(ended) is not None:
        held = Total.of((ended.amount, ended.fee))
        await journal.record(session, [returned(ended, held, ZERO, ZERO, now, "")])
    await settle_deposit(session, ended, now)
    await tell(session, ended, now)
    return ended


async def take_back(session: WriteSession, withdrawal: Withdrawal, now: Timestamp) -> None:
    """Ask for the offer of a withdrawal to be taken back on its customer's wish."""
    wish = take_back_wish(CANCEL, f"{withdrawal.id}:{uuid4()}", withdrawal)
    await intents.record(session, wish, uuid4(), now, trace.get())


async def settle_deposit(session: WriteSession, withdrawal: Withdrawal, now: Timestamp) -> None:
    """Move the deposit that a withdrawal refunds to where its end takes it."""
    after = _DEPOSIT_AFTER.get(withdrawal.state)
    if withdrawal.deposit is None or after is None:
        return
    found = await deposits.find(session, withdrawal.deposit, lock=True)
    if found is not None and found.state is DepositState.REFUNDING:
        await deposits.save(session, found.state, replace(found, state=after, updated_at=now))


async def tell(
    session: WriteSession, withdrawal: Withdrawal, at: Timestamp, news: str = ""
) -> None:
    """Tell the exchange's own systems how far a withdrawal is, or other `news` of it."""
    if withdrawal.kind is not WithdrawalKind.SELF:
        await publish(session, [_news(withdrawal, at, news or withdrawal.state.value)])


def _news(withdrawal: Withdrawal, at: Timestamp, news: str) -> News:
    failure = withdrawal.failure
    account, deposit = withdrawal.account, withdrawal.deposit
    return News(
        at=at,
        topic=f"exchange.withdrawal.{news}",
        audience=withdrawal.treasury,
        content={
            "withdrawal": str(withdrawal.id),
            "kind": withdrawal.kind.value,
            "account": None if account is None else str(account),
            "deposit": None if deposit is None else str(deposit),
            "admin": withdrawal.instrument.admin,
            "instrument": withdrawal.instrument.id,
            "amount": withdrawal.amount.to_wire(),
            "fee": withdrawal.fee.to_wire(),
            "receiver": withdrawal.receiver,
            "memo": withdrawal.memo,
            "reason": "" if failure is None else failure.code,
            "instruction": withdrawal.instruction,
            "update_id": withdrawal.end_update_id or withdrawal.update_id,
            "offset": withdrawal.offset,
        },
    )
