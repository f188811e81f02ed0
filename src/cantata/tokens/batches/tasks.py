"""Batches that are one transaction: all mints in one choice, all payments of a sender in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cantata.automation.errors import NotNow
from cantata.automation.handler import Handler, Plan
from cantata.automation.model import Intent
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.lang import ContractId, Party
from cantata.ledger.model.events import qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import exercise
from cantata.storage.session import WriteSession
from cantata.tokens import history
from cantata.tokens.batches.wishes import MINT_BATCH, TRANSFER_BATCH
from cantata.tokens.contract import instrument as on_ledger
from cantata.tokens.contract.context import PREAPPROVAL as CONSENT
from cantata.tokens.contract.factory import Payment, TokenFactory
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.errors import CapExceeded, NoConsent
from cantata.tokens.facts import Wanted, limits_left
from cantata.tokens.model import Holding, InstrumentId
from cantata.tokens.orders import OFFER_LIFETIME
from cantata.tokens.projection.contracts import INSTRUCTION, PREAPPROVAL
from cantata.tokens.refusals import MovementRefused, refusal
from cantata.tokens.repository import batches, contracts, limits, selection
from cantata.tokens.repository.batches import BatchRow
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.repository.limits import UnderWay
from cantata.tokens.rules_policy import judge_limits
from cantata.tokens.tasks.common import (
    TokenHandler,
    arguments,
    cids,
    instrument_id,
    known_instrument,
    meta_of,
    standard_id,
    take_inputs,
)
from cantata.tokens.tasks.transfer import SKEW
from cantata.tokens.terms import Terms, factory_of, terms_of

ZERO = Decimal("0")


def handlers() -> tuple[Handler, ...]:
    """Give the handlers of batches."""
    return (MintBatch(), PaymentsBatch())


def consent_keys(intent: Intent) -> str:
    """Give how the idempotency keys begin of the consents that a batch asked for."""
    return f"batch:{intent.id}:consent:"


class MintBatch(TokenHandler):
    """`tokens.mint_batch`: all mints of a batch under the consents of their receivers."""

    kind = MINT_BATCH

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Reserve the instrument's contract, which is replaced once.

        Raise NotNow while consents that the batch itself asked for are under way.
        """
        identity = instrument_id(intent.wish.request)
        rows = await batches.rows_of(session, intent.id)
        found = await known_instrument(session, identity)
        total = Total.of(map(_amount, rows))
        if found.cap is not None and found.supply + total > found.cap:
            raise CapExceeded(total, found.supply, found.cap)
        receivers = [PartyId(str(row.receiver)) for row in rows]
        consents = await batches.consents(session, PREAPPROVAL, identity, receivers, now)
        await _require_consents(session, intent, receivers, consents)
        if await selection.is_reserved(session, found.contract_id):
            raise NotNow("another change of the supply is under way")
        await selection.reserve(session, intent.id, [found.contract_id])
        mintings = [
            on_ledger.Minting(
                receiver=Party(receiver),
                amount=_amount(row),
                preapproval_cid=ContractId[TransferPreapproval](consents[receiver]),
                meta=meta_of({"memo": row.memo}),
            )
            for row, receiver in zip(rows, receivers, strict=True)
        ]
        command = exercise(
            ContractId[on_ledger.Instrument](found.contract_id),
            on_ledger.Instrument.mint_many,
            mintings=mintings,
            meta=meta_of({}),
        )
        return Plan(commands=[command.json], act_as=intent.wish.act_as)


class PaymentsBatch(TokenHandler):
    """`tokens.transfer_batch`: the payments of each sender in one command, all in one submission.

    What a sender pays comes out of the same inputs, so that one holding is enough.
    """

    kind = TRANSFER_BATCH

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Reserve the inputs of all senders; go through the rules as any transfer does."""
        identity = instrument_id(intent.wish.request)
        rows = await batches.rows_of(session, intent.id)
        await _require_within_limits(session, identity, rows, now)
        factory = await factory_of(session, identity)
        commands, shown = [], [factory]
        for sender in map(PartyId, intent.wish.act_as):
            mine = [row for row in rows if row.sender == sender]
            total = Total.of(map(_amount, mine))
            inputs = await take_inputs(session, intent, sender, identity, total, now)
            payments, more = await _payments(session, identity, mine, now)
            shown += more
            commands.append(_paying(factory, sender, payments, inputs))
        disclosed = {each.contract_id: each for each in shown}
        return Plan(
            commands=commands,
            act_as=intent.wish.act_as,
            disclosed=[each.disclosed().to_json() for each in disclosed.values()],
        )

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell which offers wait, and which holdings were made."""
        await selection.release(session, intent.id)
        offers = [
            event.contract_id
            for event in transaction.created
            if any(qualified_name(view.interface_id) == INSTRUCTION for view in event.views)
        ]
        made = [holding.contract_id for holding in history.made(transaction)]
        return {"offers": offers, "holdings": made}


async def _require_consents(
    session: WriteSession,
    intent: Intent,
    receivers: Sequence[PartyId],
    consents: Mapping[PartyId, object],
) -> None:
    missing = [receiver for receiver in receivers if receiver not in consents]
    if not missing:
        return
    if await batches.unfinished(session, intent.wish.requester, consent_keys(intent)):
        raise NotNow("consents of receivers are under way")
    raise NoConsent(missing[0])


async def _require_within_limits(
    session: WriteSession, identity: InstrumentId, rows: Sequence[BatchRow], now: Timestamp
) -> None:
    """Refuse what the limits do not admit; wait for what is under way and may use them up.

    Those who prepare movements of a limited token follow each other.
    """
    if await limits.limits(session, identity) is None:
        return
    await limits.queue_up(session, identity)
    moves = [
        UnderWay(
            sender=PartyId(str(row.sender)),
            receiver=PartyId(str(row.receiver)),
            amount=_amount(row),
        )
        for row in rows
    ]
    await _require_left(session, identity, moves, (), now)
    sent = await limits.under_way(session, identity)
    try:
        await _require_left(session, identity, moves, sent, now)
    except MovementRefused as error:
        raise NotNow("movements under way may use up what the token's limits leave") from error


async def _require_left(
    session: WriteSession,
    identity: InstrumentId,
    moves: Sequence[UnderWay],
    before: Sequence[UnderWay],
    now: Timestamp,
) -> None:
    for number, move in enumerate(moves):
        wanted = Wanted(
            token=identity, sender=move.sender, receiver=move.receiver, amount=move.amount
        )
        left = await limits_left(session, wanted, now, (*before, *moves[:number]))
        verdict = judge_limits(move.amount, left)
        if verdict is not None:
            raise refusal(verdict)


async def _payments(
    session: WriteSession, identity: InstrumentId, rows: Sequence[BatchRow], now: Timestamp
) -> tuple[list[Payment], list[Disclosable]]:
    """Give the payments of one sender, and the contracts to be shown for them."""
    payments: list[Payment] = []
    shown: list[Disclosable] = []
    for row in rows:
        sender, receiver = PartyId(str(row.sender)), PartyId(str(row.receiver))
        terms = await _terms(session, identity, sender, receiver, now)
        shown += terms.shown
        transfer = standard.Transfer(
            sender=Party(sender),
            receiver=Party(receiver),
            amount=_amount(row),
            instrument_id=standard_id(identity),
            requested_at=now - SKEW,
            execute_before=row.execute_before or now + OFFER_LIFETIME,
            input_holding_cids=[],
            meta=meta_of({"memo": row.memo}),
        )
        payments.append(Payment(transfer=transfer, extra_args=arguments(terms.context)))
    return payments, shown


async def _terms(
    session: WriteSession,
    identity: InstrumentId,
    sender: PartyId,
    receiver: PartyId,
    now: Timestamp,
) -> Terms:
    terms = await terms_of(session, identity, sender, receiver)
    consent = await contracts.disclosable(session, PREAPPROVAL, identity, party=receiver, now=now)
    return terms if consent is None else terms.with_named(CONSENT, consent)


def _paying(
    factory: Disclosable,
    sender: PartyId,
    payments: Sequence[Payment],
    inputs: Sequence[Holding],
) -> Mapping[str, Any]:
    command = exercise(
        ContractId[TokenFactory](factory.contract_id),
        TokenFactory.pay,
        sender=Party(sender),
        payments=list(payments),
        input_holding_cids=cids(inputs),
    )
    return command.json


def _amount(row: BatchRow) -> Decimal:
    assert row.amount is not None, row.line
    return row.amount
