"""Forced transfers and recoveries: by the issuer and the approver of the rules, together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cantata.automation.errors import NotNow
from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.lang import ContractId, Party, Text
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import TypedCommand, exercise
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens import history
from cantata.tokens.contract import context as keys
from cantata.tokens.contract.account import HolderAccount
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.force import ForcedTransfer
from cantata.tokens.errors import NoConsent
from cantata.tokens.model import INPUTS_MAX, Holding, InstrumentId
from cantata.tokens.objections import (
    AccountUnknown,
    ApproverChanged,
    BalanceTooSmall,
    NothingToRecover,
    TooManyHoldings,
)
from cantata.tokens.orders import OFFER_LIFETIME
from cantata.tokens.policy import require_amount, shares
from cantata.tokens.projection.contracts import ACCOUNT, PREAPPROVAL
from cantata.tokens.repository import contracts, limits, selection, supervised
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.supervision import SEIZED_MAX
from cantata.tokens.tasks.common import (
    TokenHandler,
    arguments,
    cids,
    instrument_id,
    known_instrument,
)
from cantata.tokens.tasks.pause import take
from cantata.tokens.tasks.transfer import SKEW
from cantata.tokens.terms import factory_of, in_context, rules_of

ZERO = Decimal("0")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What moves from whom to whom by whose order, before its holdings are chosen."""

    token: InstrumentId
    owner: PartyId
    receiver: PartyId
    approver: PartyId
    reason_code: str
    document_hash: str

    @classmethod
    def of(cls, request: Mapping[str, Any], owner: str, receiver: str) -> _Order:
        """Read a request, whose names for the two sides are given."""
        return cls(
            token=instrument_id(request),
            owner=PartyId(request[owner]),
            receiver=PartyId(request[receiver]),
            approver=PartyId(request["approver"]),
            reason_code=request["reason_code"],
            document_hash=request["document_hash"],
        )


class Force(TokenHandler):
    """`tokens.force`: owner, receiver, amount, `reason_code`, `document_hash`, approver.

    Free holdings go first, then frozen ones of which exactly the difference is freed, then what
    is locked for offers and allocations, which then cannot be carried out.
    """

    kind = "tokens.force"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Choose what is taken, whatever locks it."""
        request = intent.wish.request
        order = _Order.of(request, "owner", "receiver")
        amount = Decimal(request["amount"])
        require_amount(amount, (await known_instrument(session, order.token)).decimals)
        found = await supervised.seizable(session, order.owner, order.token, now, SEIZED_MAX)
        chosen = shares(found, amount)
        await _require_reached(session, order, amount, chosen)
        await selection.reserve(session, intent.id, [each.contract_id for each, _ in chosen])
        context = await _context(session, order, now)
        commands = _in_steps(order, chosen, now, frozen=False)
        factory = ContractId[TokenFactory]((await factory_of(session, order.token)).contract_id)
        return Plan(
            commands=[_command(factory, order, step, context).json for step in commands],
            act_as=intent.wish.act_as,
        )

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell which holdings were made."""
        return await _result(session, intent, transaction)


class Recover(TokenHandler):
    """`tokens.recover`: `lost`, `replacement`, `reason_code`, `document_hash`, approver.

    All funds of the lost party, what is frozen of them frozen still; freeze and lock-up of its
    account; and the account is verified no more. All of it happens, or nothing.
    """

    kind = "tokens.recover"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Take everything, in as many steps as one transaction needs."""
        order = _Order.of(intent.wish.request, "lost", "replacement")
        balance = await limits.held(session, order.owner, order.token)
        found = await supervised.seizable(session, order.owner, order.token, now, SEIZED_MAX)
        chosen = shares(found, balance)
        await _require_reached(session, order, balance, chosen)
        context = await _context(session, order, now)
        if any(_is_frozen(each) for each in found) and keys.PREAPPROVAL not in context:
            raise NoConsent(order.receiver)
        accounts = await _accounts(session, order)
        if not chosen and accounts is None:
            raise NothingToRecover(order.owner)
        await selection.reserve(session, intent.id, [each.contract_id for each, _ in chosen])
        steps = _in_steps(order, chosen, now, frozen=True)
        factory = ContractId[TokenFactory]((await factory_of(session, order.token)).contract_id)
        commands = [_command(factory, order, step, context).json for step in steps]
        if accounts is not None:
            for account in accounts:
                await take(session, intent, account.contract_id)
            commands.append(_hand_over(order, *accounts).json)
        return Plan(commands=commands, act_as=intent.wish.act_as)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell which holdings were made."""
        return await _result(session, intent, transaction)


async def _require_reached(
    session: ReadSession,
    order: _Order,
    amount: Decimal | Total,
    chosen: Sequence[tuple[Holding, Decimal]],
) -> None:
    reached = Total.of(part for _, part in chosen)
    if reached >= amount:
        return
    balance = await limits.held(session, order.owner, order.token)
    if balance < amount:
        raise BalanceTooSmall(amount, balance)
    if len(chosen) >= SEIZED_MAX:
        raise TooManyHoldings(SEIZED_MAX)
    raise NotNow("payments under way use holdings that are to be taken")


async def _context(
    session: ReadSession, order: _Order, now: Timestamp
) -> dict[str, metadata.AnyValue]:
    """Give the choice context; nothing has to be disclosed, for the issuer sees all of it.

    Raise ApproverChanged if the rules name somebody else by now.
    """
    rules = await rules_of(session, order.token)
    if rules.content.get("approver") != order.approver:
        raise ApproverChanged
    named = {keys.RULES: rules}
    if order.receiver != order.token.admin:
        account = await contracts.disclosable(session, ACCOUNT, order.token, party=order.receiver)
        consent = await contracts.disclosable(
            session, PREAPPROVAL, order.token, party=order.receiver, now=now
        )
        if account is not None:
            named[keys.RECEIVER_ACCOUNT] = account
        if consent is not None:
            named[keys.PREAPPROVAL] = consent
    return {key: in_context(contract) for key, contract in named.items()}


async def _accounts(session: ReadSession, order: _Order) -> tuple[Disclosable, Disclosable] | None:
    """Give both accounts; None if the lost party has none."""
    lost = await contracts.disclosable(session, ACCOUNT, order.token, party=order.owner)
    if lost is None:
        return None
    found = await supervised.standing(session, ACCOUNT, order.token.admin, order.receiver)
    same = [each for each in found if each.instrument.id == lost.instrument.id]
    if not same:
        raise AccountUnknown(order.receiver)
    return lost, same[0]


def _in_steps(
    order: _Order,
    chosen: Sequence[tuple[Holding, Decimal]],
    now: Timestamp,
    *,
    frozen: bool,
) -> Iterable[ForcedTransfer]:
    """Split what is taken into orders of as many holdings as one may have."""
    for start in range(0, len(chosen), INPUTS_MAX):
        part = chosen[start : start + INPUTS_MAX]
        kept = [amount for each, amount in part if frozen and _is_frozen(each)]
        yield ForcedTransfer(
            owner=Party(order.owner),
            receiver=Party(order.receiver),
            amount=sum((amount for _, amount in part), ZERO),
            frozen=sum(kept, ZERO),
            input_holding_cids=cids(holding for holding, _ in part),
            reason_code=Text(order.reason_code),
            document_hash=Text(order.document_hash),
            requested_at=now - SKEW,
            execute_before=now + OFFER_LIFETIME,
        )


def _command(
    factory: ContractId[TokenFactory],
    order: _Order,
    step: ForcedTransfer,
    context: Mapping[str, Any],
) -> TypedCommand[Any]:
    return exercise(
        factory,
        TokenFactory.force_transfer,
        approver=Party(order.approver),
        order=step,
        extra_args=arguments(context),
    )


def _hand_over(order: _Order, lost: Disclosable, replacement: Disclosable) -> TypedCommand[Any]:
    return exercise(
        ContractId[HolderAccount](lost.contract_id),
        HolderAccount.recover,
        replacement_cid=ContractId[HolderAccount](replacement.contract_id),
        reason=Text(order.reason_code),
    )


def _is_frozen(holding: Holding) -> bool:
    """Tell whether the issuer has frozen a holding: locked it alone, without expiry."""
    lock = holding.lock
    return (
        lock is not None and lock.expires_at is None and lock.holders == (holding.instrument.admin,)
    )


async def _result(
    session: WriteSession, intent: Intent, transaction: Transaction
) -> Mapping[str, Any]:
    await selection.release(session, intent.id)
    return {"holdings": [holding.contract_id for holding in history.made(transaction)]}
