"""Rearranges a party's holdings: merges the smallest, or splits into amounts."""

from __future__ import annotations

from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.lang import ContractId, Party
from cantata.ledger.typed import exercise
from cantata.storage.session import WriteSession
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.errors import NothingToMerge
from cantata.tokens.policy import require_amount
from cantata.tokens.repository import selection
from cantata.tokens.tasks.common import (
    TokenHandler,
    arguments,
    cids,
    instrument_id,
    known_instrument,
    meta_of,
    take_inputs,
)
from cantata.tokens.terms import factory_of, terms_of


class Merge(TokenHandler):
    """`tokens.rearrange`: owner and amounts; without amounts, the smallest become one."""

    kind = "tokens.rearrange"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Reserve the inputs."""
        request = intent.wish.request
        identity = instrument_id(request)
        owner = PartyId(request["owner"])
        amounts = [Decimal(each) for each in request["amounts"]]
        decimals = (await known_instrument(session, identity)).decimals
        for amount in amounts:
            require_amount(amount, decimals)
        if amounts:
            total = sum(amounts, Decimal("0"))
            inputs = await take_inputs(session, intent, owner, identity, total, now)
        else:
            inputs = await selection.smallest(session, owner, identity, now)
            if len(inputs) < 2:
                raise NothingToMerge(owner)
            await selection.reserve(session, intent.id, [each.contract_id for each in inputs])
        factory = await factory_of(session, identity)
        terms = await terms_of(session, identity, owner, owner)
        command = exercise(
            ContractId[TokenFactory](factory.contract_id),
            TokenFactory.split,
            owner=Party(owner),
            input_holding_cids=cids(inputs),
            amounts=amounts,
            extra_args=arguments(terms.context, meta_of(request)),
        )
        return Plan(
            commands=[command.json],
            act_as=intent.wish.act_as,
            disclosed=[each.disclosed().to_json() for each in (factory, *terms.shown)],
        )
