"""Makes a payment ready to be sent: it may be, its inputs are reserved, its bounds are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from cantata.automation.errors import NotNow
from cantata.automation.model import Intent
from cantata.exchange.model.treasury import ListedInstrument, Treasury
from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalKind, WithdrawalState
from cantata.exchange.objections import NotListed, RegistryUnknown, TreasuryUnknown
from cantata.exchange.policy import withdrawals as policy
from cantata.exchange.refusals import (
    InputsGone,
    TooLate,
    WithdrawalEnded,
    WithdrawalsDisabled,
    WithdrawalUnknown,
)
from cantata.exchange.repository import listings, pool, treasuries, withdrawals
from cantata.exchange.service.pool import take
from cantata.exchange.traffic.service import require_traffic
from cantata.ingestion.repository import load_cursor
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.errors import InsufficientFunds, TooFragmented
from cantata.tokens.payments import Coin
from cantata.tokens.repository import selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """A payment that can be sent now.

    It is recorded until `bound` or never; as an offer it waits `until`. `url` is where its
    instrument's registry answers.
    """

    withdrawal: Withdrawal
    treasury: Treasury
    listed: ListedInstrument
    url: str
    inputs: tuple[str, ...]
    bound: Timestamp
    until: Timestamp


async def payable(session: WriteSession, intent: Intent, now: Timestamp) -> Payable:
    """Give a payment that can be sent now, with inputs that are reserved for it.

    Raise NotNow for what may be possible later, TooLate when its time is over, WithdrawalEnded,
    InputsGone.
    """
    found = await open_one(session, intent.id)
    treasury, listed, url = await surroundings(session, found)
    reached = (await load_cursor(session)).record_time
    require_time(found, reached, now)
    require_paying(treasury, reached)
    await require_traffic(session, now)
    inputs = await _inputs(session, intent, found, listed, reached or now)
    bound = found.dead_after or policy.record_bound(now, reached, listed.policy)
    if found.dead_after is None:
        await withdrawals.save(session, found.state, replace(found, dead_after=bound))
    is_own = found.kind is WithdrawalKind.SELF
    until = bound + policy.SKEW if is_own else policy.accept_until(now, bound, listed.policy)
    return Payable(
        withdrawal=replace(found, dead_after=bound),
        treasury=treasury,
        listed=listed,
        url=url,
        inputs=inputs,
        bound=bound,
        until=until,
    )


async def open_one(session: WriteSession, identity: UUID) -> Withdrawal:
    """Give and lock a withdrawal that nothing is seen of; raise WithdrawalEnded for others."""
    found = await withdrawals.find(session, identity, lock=True)
    if found is None:
        raise WithdrawalUnknown(identity)
    if found.state is not WithdrawalState.REQUESTED:
        raise WithdrawalEnded(identity, found.state.value)
    if found.cancel_wanted:
        raise WithdrawalEnded(identity, "taken back")
    return found


async def surroundings(
    session: ReadSession, withdrawal: Withdrawal
) -> tuple[Treasury, ListedInstrument, str]:
    """Give a withdrawal's treasury, its listing, and where the registry answers."""
    treasury = await treasuries.find(session, withdrawal.treasury)
    if treasury is None:
        raise TreasuryUnknown(withdrawal.treasury)
    listed = await listings.find(session, withdrawal.instrument)
    if listed is None:
        raise NotListed(withdrawal.instrument)
    registry = await listings.registry(session, withdrawal.instrument.admin)
    if registry is None:
        raise RegistryUnknown(withdrawal.instrument.admin)
    return treasury, listed, registry.url


def require_time(withdrawal: Withdrawal, reached: Timestamp | None, now: Timestamp) -> None:
    """Refuse what is over for sure with TooLate, what may be over with NotNow.

    Only what was ingested tells: another process, of an older database, may have sent it.
    """
    bound = withdrawal.dead_after
    if bound is None:
        return
    if policy.is_over(bound, reached):
        raise TooLate(bound)
    if bound <= now:
        raise NotNow(f"the ledger is not ingested beyond {bound}, which ends the payment")


def require_paying(treasury: Treasury, reached: Timestamp | None) -> None:
    """Let payments wait while their treasury pays nothing."""
    try:
        policy.require_paying(treasury, reached)
    except WithdrawalsDisabled as error:
        raise NotNow(error.message) from error


async def _inputs(
    session: WriteSession,
    intent: Intent,
    withdrawal: Withdrawal,
    listed: ListedInstrument,
    at: Timestamp,
) -> tuple[str, ...]:
    """Give the inputs that are reserved; choose new ones where they are missing or gone."""
    reserved = await withdrawals.inputs(session, withdrawal.id)
    usable = await withdrawals.usable(session, withdrawal.id, at)
    if reserved and len(usable) == len(reserved) and _total(usable) >= withdrawal.amount:
        return reserved
    await selection.release(session, withdrawal.id)
    if withdrawal.kind is WithdrawalKind.SELF:
        wanted = intent.wish.request["inputs"]
        coins: Sequence[Coin] = await pool.still_free(
            session, withdrawal.treasury, listed, wanted, at
        )
        if len(coins) < len(wanted):
            raise InputsGone(len(wanted) - len(coins))
        await selection.reserve(session, withdrawal.id, wanted)
    else:
        coins = await _taken(session, withdrawal, listed, at)
    return tuple(sorted(coin.contract_id for coin in coins))


async def _taken(
    session: WriteSession, withdrawal: Withdrawal, listed: ListedInstrument, at: Timestamp
) -> tuple[Coin, ...]:
    try:
        return await take(
            session, withdrawal.treasury, listed, withdrawal.amount, withdrawal.id, at
        )
    except (InsufficientFunds, TooFragmented) as error:
        raise NotNow(f"{error.code}: {error.message}", hint=error.hint) from error


def _total(coins: Sequence[Coin]) -> Total:
    return Total.of(coin.amount for coin in coins)
