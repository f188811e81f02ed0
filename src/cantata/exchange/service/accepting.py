"""Decides on offered deposits: each is accepted by an intent, or left alone with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4, uuid5

from cantata.automation import repository as intents
from cantata.automation.model import Failure
from cantata.exchange.history.model import Instruction
from cantata.exchange.model.customers import CustomerAccount
from cantata.exchange.model.deposits import UNREAD, Deposit, DepositState
from cantata.exchange.model.treasury import ListedInstrument, Policy
from cantata.exchange.policy.accepting import LOST, accept_until, after_failure, left_alone
from cantata.exchange.policy.deposits import Reason, refuses_offer
from cantata.exchange.policy.memos import named_by
from cantata.exchange.repository import customers, deposits, history, listings, treasuries
from cantata.exchange.wishes import accept_wish
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.time import Timestamp
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.outbox import News, publish
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.model import InstrumentId

DEPOSIT_IDS = UUID("2f6d0a1e-6f0e-5d53-8a3f-0d5a6a3f7b10")
"""Deposits have the same id however often, and wherever, their history is read."""

_log = events("exchange")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What deposits are judged by: what is listed, whom memos name, and which parties are ours."""

    listed: Mapping[InstrumentId, ListedInstrument]
    accounts: Mapping[str, CustomerAccount]
    treasuries: frozenset[str]

    def account_of(self, memo: str) -> CustomerAccount | None:
        """Give the account that a memo names."""
        return self.accounts.get(named_by(memo) or "")

    def refusal(self, deposit: Deposit, offer: Instruction | None, now: Timestamp) -> Reason | None:
        """Tell why an offered deposit is not accepted now; None if it is."""
        if offer is None:
            return Reason.NOT_OUR_TURN
        return refuses_offer(
            offer,
            self.listed.get(deposit.instrument),
            self.account_of(deposit.memo),
            now,
            from_treasury=deposit.sender in self.treasuries,
        )


async def surroundings(session: ReadSession, memos: Iterable[str]) -> Surroundings:
    """Load what deposits with some memos are judged by, with few statements."""
    named = {found for memo in memos if (found := named_by(memo)) is not None}
    return Surroundings(
        listed=await listings.every(session),
        accounts=await customers.by_memos(session, named),
        treasuries=frozenset(each.party for each in await treasuries.every(session)),
    )


async def decided(
    session: WriteSession,
    deposit: Deposit,
    offer: Instruction | None,
    known: Surroundings,
    now: Timestamp,
) -> Deposit:
    """Have an offer accepted, or leave it alone; give the deposit as it is then, not yet saved.

    Its row must be the caller's alone, so that there is one acceptance at a time.
    """
    account = known.account_of(deposit.memo)
    found = replace(deposit, account=None if account is None else account.id)
    reason = known.refusal(found, offer, now)
    if reason is not None:
        return left_alone(found, reason, now)
    wish = accept_wish(found, accept_until(found, now))
    intent, _ = await intents.record(session, wish, uuid4(), now, "")
    return replace(found, reason="", intent=intent.id, due_at=now + LOST, updated_at=now)


async def decide_due(session: WriteSession, now: Timestamp, limit: int) -> int:
    """Look at the offers that are due; give how many there were."""
    found = await deposits.due(session, now, limit)
    offers = await _offers(session, found)
    known = await surroundings(session, [each.memo for each in found])
    for each in found:
        if await is_under_way(session, each):
            after = replace(each, due_at=now + LOST)
        else:
            after = await decided(session, each, offers.get(each.instruction or ""), known, now)
        await deposits.save(session, each.state, after)
        if after.reason != each.reason:
            await publish(session, [news_of(after)])
    return len(found)


async def adopt_unseen(session: WriteSession, now: Timestamp, limit: int) -> int:
    """Write down offers that waited before a treasury's history begins; give how many."""
    found = await deposits.unseen_offers(session, limit)
    for treasury, offset, offer in found:
        await deposits.add(session, _before_history(treasury, offset, offer, now))
    return len(found)


async def failed(
    session: WriteSession, identity: UUID, intent: UUID, failure: Failure, now: Timestamp
) -> Deposit | None:
    """Take note that an acceptance ended without effect; give the deposit if that concerns it."""
    found = await deposits.find(session, identity, lock=True)
    if found is None or found.intent != intent or found.state is not DepositState.OFFERED:
        return None
    listed = await listings.find(session, found.instrument)
    policy = Policy() if listed is None else listed.policy
    after = after_failure(found, failure, policy.accept_tries_max, now)
    await deposits.save(session, found.state, after)
    if after.state is DepositState.STUCK:
        metrics.ALARMS.labels("deposit_stuck").inc()
        _log.error("deposit.stuck", deposit=str(identity), code=failure.code, tries=after.tries)
        await publish(session, [news_of(after)])
    return after


async def is_under_way(session: ReadSession, deposit: Deposit) -> bool:
    """Tell whether an acceptance of a deposit has not ended."""
    if deposit.intent is None:
        return False
    intent = await intents.load(session, deposit.intent)
    return intent is not None and not intent.is_final


def deposit_id(treasury: PartyId, place: str) -> UUID:
    """Name a deposit by its offer's first contract, or by where it came in."""
    return uuid5(DEPOSIT_IDS, f"{treasury}/{place}")


def news_of(deposit: Deposit) -> News:
    """Tell the exchange's own systems of a deposit."""
    return News(
        at=deposit.record_time,
        topic=f"exchange.deposit.{deposit.state.value}",
        audience=deposit.treasury,
        content={
            "deposit": str(deposit.id),
            "account": None if deposit.account is None else str(deposit.account),
            "admin": deposit.instrument.admin,
            "instrument": deposit.instrument.id,
            "amount": deposit.amount.to_wire(),
            "sender": deposit.sender,
            "memo": deposit.memo,
            "reason": deposit.reason,
            "update_id": deposit.seen_in,
            "offset": deposit.offset,
        },
    )


async def _offers(session: ReadSession, found: Sequence[Deposit]) -> dict[str, Instruction]:
    """Give the contracts that stand for offers now, by their ids."""
    wanted: dict[PartyId, list[str]] = {}
    for each in found:
        if each.instruction is not None:
            wanted.setdefault(each.treasury, []).append(each.instruction)
    offers: dict[str, Instruction] = {}
    for treasury, contracts in wanted.items():
        offers.update((await history.state(session, treasury, contracts)).instructions)
    return offers


def _before_history(treasury: PartyId, offset: int, offer: Instruction, now: Timestamp) -> Deposit:
    """Begin a deposit with an offer whose making was not read; its contract stands for it."""
    transfer, original = offer.transfer, offer.correlation_id
    return Deposit(
        id=deposit_id(treasury, original),
        treasury=treasury,
        instrument=InstrumentId(PartyId(transfer.instrument.admin), transfer.instrument.id),
        amount=transfer.amount,
        sender=PartyId(transfer.sender) if transfer.sender else treasury,
        memo=transfer.memo or "",
        account=None,
        state=DepositState.OFFERED,
        reason="",
        update_id=f"{UNREAD}{offer.contract_id}",
        node_id=0,
        offset=offset,
        record_time=offer.created_at or now,
        original_instruction=ContractId(original),
        instruction=ContractId(offer.contract_id),
        execute_before=transfer.execute_before,
        tries=0,
        failure=None,
        updated_at=now,
        due_at=now,
    )
