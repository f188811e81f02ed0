"""Asks for payments: checked, recorded, their money and inputs held, in one transaction.

The transaction is the caller's. Asked again with the same key, the same payment is given back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from cantata.automation import repository as intents
from cantata.automation.errors import NotNow
from cantata.automation.model import Wish
from cantata.exchange.model.customers import CustomerAccount
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.model.treasury import ZERO, ListedInstrument, Treasury
from cantata.exchange.model.withdrawals import (
    Withdrawal,
    WithdrawalKind,
    WithdrawalOrder,
    WithdrawalState,
)
from cantata.exchange.objections import (
    CustomerUnknown,
    DepositUnknown,
    NotListed,
    RegistryUnknown,
    TreasuryUnknown,
)
from cantata.exchange.policy import withdrawals as policy
from cantata.exchange.policy.endings import hold, origin_of
from cantata.exchange.refusals import InputsGone, NotRefundable, WithdrawalUnknown
from cantata.exchange.repository import (
    customers,
    deposits,
    journal,
    listings,
    pool,
    treasuries,
    withdrawals,
)
from cantata.exchange.service.ending import tell
from cantata.exchange.service.pool import take
from cantata.exchange.wishes import REARRANGE, WITHDRAW, payment_wish
from cantata.ingestion.repository import load_cursor
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Clock, Timestamp
from cantata.kernel.totals import Total
from cantata.observability.tracing import current as trace
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.errors import InsufficientFunds, PartyUnknown, TooFragmented
from cantata.tokens.model import InstrumentId
from cantata.tokens.repository import selection
from cantata.tokens.service.common import Directory, existing

Asked = tuple[Withdrawal, bool]
"""A withdrawal, and whether it is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rearrangement:
    """A transfer of a treasury to itself: `inputs` become one of `amount`, and what is left."""

    treasury: PartyId
    instrument: InstrumentId
    inputs: tuple[str, ...]
    amount: Decimal


class Withdrawals:
    """The use cases of withdrawals."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock

    async def request(
        self, session: WriteSession, order: WithdrawalOrder, key: str, requester: str
    ) -> Asked:
        """Ask for a payment to a customer's wallet; `key` is the exchange's own, once for each.

        The amount and its fee leave the customer's balance at once. Raise CustomerUnknown,
        NotListed, what `policy.require_order` refuses, PartyUnknown, BalanceTooLow, or
        IdempotencyConflict if the key was used for another payment.
        """
        account = await customers.find(session, order.account)
        if account is None:
            raise CustomerUnknown(str(order.account))
        wish = _payment(order, account, key, requester)
        earlier = await intents.find(session, wish)
        if earlier is not None:
            return await self.find(session, earlier.id), False
        return await self._paid(session, order, account, wish)

    async def refund(
        self,
        session: WriteSession,
        deposit: UUID,
        key: str,
        requester: str,
        *,
        receiver: str | None = None,
        memo: str = "",
    ) -> Asked:
        """Ask for a deposit in suspense to be given back to its sender, or to who is named.

        The deposit is refunding from now on, and refunded or in suspense again at the end. Raise
        DepositUnknown, NotRefundable, or what refuses any payment.
        """
        found = await deposits.find(session, deposit, lock=True)
        if found is None:
            raise DepositUnknown(deposit)
        to = receiver or found.sender
        asked = {"deposit": str(deposit), "receiver": to, "memo": memo}
        wish = payment_wish(WITHDRAW, requester, key, found.instrument, found.treasury, asked)
        earlier = await intents.find(session, wish)
        if earlier is not None:
            return await self.find(session, earlier.id), False
        return await self._refunded(session, found, wish, to, memo)

    async def rearrange(
        self, session: WriteSession, wanted: Rearrangement, key: str, requester: str
    ) -> Asked:
        """Ask for holdings of a treasury to be merged or split by a transfer to itself.

        Its inputs are reserved at once, or it is refused: raise InputsGone, NotListed,
        TreasuryUnknown, InsufficientFunds.
        """
        asked = {"inputs": list(wanted.inputs), "amount": str(wanted.amount)}
        wish = payment_wish(REARRANGE, requester, key, wanted.instrument, wanted.treasury, asked)
        earlier = await intents.find(session, wish)
        if earlier is not None:
            return await self.find(session, earlier.id), False
        listed = await _listed(session, wanted.instrument)
        await _treasury(session, wanted.treasury)
        now = self._clock.now()
        reached = (await load_cursor(session)).record_time
        draft = self._draft(WithdrawalKind.SELF, wanted.treasury, listed, wanted.amount, now)
        draft = replace(
            draft,
            receiver=wanted.treasury,
            dead_after=policy.record_bound(now, reached, listed.policy),
        )
        made, is_new = await self._recorded(session, draft, wish)
        if is_new:
            await _reserve(session, made, listed, wanted.inputs, reached or now)
        return made, is_new

    async def find(self, session: ReadSession, identity: UUID) -> Withdrawal:
        """Give a withdrawal as far as it is; raise WithdrawalUnknown."""
        found = await withdrawals.shown(session, identity)
        if found is None:
            raise WithdrawalUnknown(identity)
        return found

    async def _paid(
        self, session: WriteSession, order: WithdrawalOrder, account: CustomerAccount, wish: Wish
    ) -> Asked:
        listed = await _listed(session, order.instrument)
        reached = (await load_cursor(session)).record_time
        standing = policy.Standing(
            treasury=await _treasury(session, account.treasury),
            account=account,
            listed=listed,
            ours=await _ours(session),
            admins=await _admins(session),
            reached=reached,
        )
        receiver = policy.require_order(order, standing)
        self._require_known(receiver)
        now, fee = self._clock.now(), listed.policy.withdrawal_fee
        policy.with_fee(order.amount, fee)
        draft = replace(
            self._draft(WithdrawalKind.PAYMENT, account.treasury, listed, order.amount, now),
            account=account.id,
            fee=fee,
            receiver=receiver,
            memo=order.memo,
        )
        return await self._held(session, draft, wish, listed, reached)

    async def _refunded(
        self, session: WriteSession, deposit: Deposit, wish: Wish, to: str, memo: str
    ) -> Asked:
        if deposit.state is not DepositState.SUSPENSE:
            raise NotRefundable(deposit.id, f"it is {deposit.state.value}")
        listed = await _listed(session, deposit.instrument)
        reached = (await load_cursor(session)).record_time
        policy.require_paying(await _treasury(session, deposit.treasury), reached)
        policy.require_memo(memo)
        receiver = policy.receiver_of(to, await _ours(session), ())
        self._require_known(receiver)
        now = self._clock.now()
        draft = replace(
            self._draft(WithdrawalKind.REFUND, deposit.treasury, listed, deposit.amount, now),
            receiver=receiver,
            memo=memo,
            deposit=deposit.id,
        )
        await _require_not_paid_before(session, draft)
        made, is_new = await self._held(session, draft, wish, listed, reached)
        if is_new:
            after = replace(deposit, state=DepositState.REFUNDING, updated_at=now)
            await deposits.save(session, deposit.state, after)
        return made, is_new

    async def _held(
        self,
        session: WriteSession,
        draft: Withdrawal,
        wish: Wish,
        listed: ListedInstrument,
        reached: Timestamp | None,
    ) -> Asked:
        """Record a payment, and hold its money, and its inputs if there are enough now."""
        bound = policy.record_bound(draft.created_at, reached, listed.policy)
        made, is_new = await self._recorded(session, draft, replace(wish, needed_by=bound))
        if not is_new:
            return made, False
        source = origin_of(made)
        assert source is not None, made.id
        await journal.record(session, [hold(made, source, made.created_at)])
        if await _funded(session, made, listed, reached):
            made = replace(made, dead_after=bound)
            await withdrawals.save(session, made.state, made)
        await tell(session, made, made.created_at)
        return made, True

    async def _recorded(self, session: WriteSession, draft: Withdrawal, wish: Wish) -> Asked:
        """Record the intent and the withdrawal of its id; give the earlier one of the same key."""
        now = draft.created_at
        intent, is_new = await intents.record(session, wish, draft.id, now, trace.get())
        if not is_new:
            return await self.find(session, intent.id), False
        await withdrawals.add(session, draft)
        return draft, True

    def _require_known(self, receiver: PartyId) -> None:
        if not existing(self._directory, [receiver]):
            raise PartyUnknown(receiver)

    def _draft(
        self,
        kind: WithdrawalKind,
        treasury: PartyId,
        listed: ListedInstrument,
        amount: Decimal,
        now: Timestamp,
    ) -> Withdrawal:
        return Withdrawal(
            id=uuid4(),
            kind=kind,
            treasury=treasury,
            account=None,
            instrument=listed.id,
            amount=amount,
            fee=ZERO,
            receiver=treasury,
            memo="",
            state=WithdrawalState.REQUESTED,
            attempts=0,
            dead_after=None,
            execute_before=None,
            original_instruction=None,
            instruction=None,
            cancel_wanted=False,
            update_id="",
            end_update_id="",
            offset=None,
            record_time=None,
            failure=None,
            created_at=now,
            updated_at=now,
        )


def _payment(order: WithdrawalOrder, account: CustomerAccount, key: str, requester: str) -> Wish:
    asked = {
        "account": str(order.account),
        "amount": str(order.amount),
        "receiver": order.receiver,
        "memo": order.memo,
    }
    return payment_wish(WITHDRAW, requester, key, order.instrument, account.treasury, asked)


async def _funded(
    session: WriteSession, made: Withdrawal, listed: ListedInstrument, reached: Timestamp | None
) -> bool:
    """Reserve inputs if there are enough free ones now; tell whether there were."""
    at = reached or made.created_at
    try:
        await take(session, made.treasury, listed, made.amount, made.id, at)
    except (InsufficientFunds, TooFragmented, NotNow):
        await selection.release(session, made.id)
        return False
    return True


async def _reserve(
    session: WriteSession,
    made: Withdrawal,
    listed: ListedInstrument,
    inputs: Sequence[str],
    at: Timestamp,
) -> None:
    """Reserve exactly these inputs; raise InputsGone, InsufficientFunds."""
    free = await pool.still_free(session, made.treasury, listed, inputs, at)
    if len(free) < len(set(inputs)):
        raise InputsGone(len(set(inputs)) - len(free))
    total = Total.of(coin.amount for coin in free)
    if total < made.amount:
        raise InsufficientFunds(made.amount, total)
    try:
        await selection.reserve(session, made.id, [coin.contract_id for coin in free])
    except NotNow:
        raise InputsGone(len(free)) from None


async def _require_not_paid_before(session: ReadSession, refund: Withdrawal) -> None:
    """Refuse a refund while it may be what was paid before the database was restored."""
    found = await withdrawals.recovered_like(session, refund)
    if found is not None:
        assert refund.deposit is not None, refund.id
        why = f"the recovered payment {found} to the same party may be its refund"
        raise NotRefundable(refund.deposit, f"{why}; find out whose it is, and attribute it first")


async def _listed(session: ReadSession, instrument: InstrumentId) -> ListedInstrument:
    found = await listings.find(session, instrument)
    if found is None:
        raise NotListed(instrument)
    if await listings.registry(session, instrument.admin) is None:
        raise RegistryUnknown(instrument.admin)
    return found


async def _treasury(session: ReadSession, party: PartyId) -> Treasury:
    found = await treasuries.find(session, party)
    if found is None:
        raise TreasuryUnknown(party)
    return found


async def _ours(session: ReadSession) -> frozenset[str]:
    return frozenset(each.party for each in await treasuries.every(session))


async def _admins(session: ReadSession) -> frozenset[str]:
    return frozenset(each.admin for each in await listings.registries(session))
