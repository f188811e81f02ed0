"""Amounts of holders that the issuer freezes, and lets go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cantata.automation.errors import NotNow
from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.lang import ContractId, Text
from cantata.ledger.typed import exercise
from cantata.storage.session import WriteSession
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.contract.token import Token
from cantata.tokens.errors import TooFragmented
from cantata.tokens.model import INPUTS_MAX, Holding, InstrumentId
from cantata.tokens.objections import FrozenTooLittle
from cantata.tokens.policy import require_amount, shares
from cantata.tokens.repository import selection, supervised
from cantata.tokens.tasks.common import (
    TokenHandler,
    instrument_id,
    known_instrument,
    take_inputs,
)
from cantata.tokens.terms import rules_of


class FreezeAmount(TokenHandler):
    """`tokens.freeze_amount`: owner, amount, reason."""

    kind = "tokens.freeze_amount"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Freeze exactly the amount of free holdings, in one transaction."""
        request = intent.wish.request
        identity, owner = instrument_id(request), PartyId(request["owner"])
        amount = Decimal(request["amount"])
        require_amount(amount, (await known_instrument(session, identity)).decimals)
        inputs = await take_inputs(session, intent, owner, identity, amount, now)
        return await _each(session, intent, identity, Token.freeze, shares(inputs, amount))


class UnfreezeAmount(TokenHandler):
    """`tokens.unfreeze_amount`: owner, amount, reason."""

    kind = "tokens.unfreeze_amount"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Let exactly the amount go."""
        request = intent.wish.request
        identity, owner = instrument_id(request), PartyId(request["owner"])
        amount = Decimal(request["amount"])
        require_amount(amount, (await known_instrument(session, identity)).decimals)
        found = await supervised.frozen_holdings(session, owner, identity, INPUTS_MAX)
        chosen = shares(found, amount)
        reached = Total.of(part for _, part in chosen)
        if reached < amount:
            frozen = await supervised.frozen(session, owner, identity)
            if frozen < amount:
                raise FrozenTooLittle(amount, frozen)
            if len(found) < INPUTS_MAX:
                raise NotNow("another operation uses what is frozen")
            raise TooFragmented(amount, reached)
        await selection.reserve(session, intent.id, [each.contract_id for each, _ in chosen])
        return await _each(session, intent, identity, Token.unfreeze, chosen)


async def _each(
    session: WriteSession,
    intent: Intent,
    identity: InstrumentId,
    choice: Any,
    parts: Sequence[tuple[Holding, Decimal]],
) -> Plan:
    """Exercise a choice on each holding for its part of the amount."""
    rules = await rules_of(session, identity)
    commands = [
        exercise(
            ContractId[Token](holding.contract_id),
            choice,
            amount=part,
            reason=Text(intent.wish.request["reason"]),
            rules_cid=ContractId[TokenRules](rules.contract_id),
        ).json
        for holding, part in parts
    ]
    return Plan(commands=commands, act_as=intent.wish.act_as)
