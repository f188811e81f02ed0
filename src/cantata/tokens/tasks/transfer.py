"""Transfers: direct under the receiver's pre-approval, else by offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.lang import Party
from cantata.ledger.model.events import qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import exercise
from cantata.storage.session import WriteSession
from cantata.tokens import history
from cantata.tokens.facts import Wanted
from cantata.tokens.orders import OFFER_LIFETIME
from cantata.tokens.policy import require_amount
from cantata.tokens.projection.contracts import INSTRUCTION
from cantata.tokens.repository import selection
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
from cantata.tokens.terms import factory_of, transfer_terms

SKEW = RelTime.of(seconds=5)
"""How far the ledger's clock may be behind ours."""


class Transfer(TokenHandler):
    """`tokens.transfer`: sender, receiver, amount, memo, and until when an offer waits."""

    kind = "tokens.transfer"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Reserve the sender's inputs; go through the rules as any wallet does."""
        request = intent.wish.request
        identity = instrument_id(request)
        amount = Decimal(request["amount"])
        sender, receiver = PartyId(request["sender"]), PartyId(request["receiver"])
        require_amount(amount, (await known_instrument(session, identity)).decimals)
        factory = await factory_of(session, identity)
        wanted = Wanted(token=identity, sender=sender, receiver=receiver, amount=amount)
        terms = await transfer_terms(session, wanted, now)
        inputs = await take_inputs(session, intent, sender, identity, amount, now)
        transfer = standard.Transfer(
            sender=Party(sender),
            receiver=Party(receiver),
            amount=amount,
            instrument_id=standard_id(identity),
            requested_at=now - SKEW,
            execute_before=_until(request.get("execute_before"), now),
            input_holding_cids=cids(inputs),
            meta=meta_of(request),
        )
        command = exercise(
            factory.contract_id,
            standard.TransferFactory.transfer_factory_transfer,
            arg=standard.TransferFactory_Transfer(
                expected_admin=Party(identity.admin),
                transfer=transfer,
                extra_args=arguments(terms.context),
            ),
        )
        return Plan(
            commands=[command.json],
            act_as=intent.wish.act_as,
            disclosed=[contract.disclosed().to_json() for contract in (factory, *terms.shown)],
        )

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell whether the receiver has it, or which offer waits."""
        await selection.release(session, intent.id)
        offers = [
            event.contract_id
            for event in transaction.created
            if any(qualified_name(view.interface_id) == INSTRUCTION for view in event.views)
        ]
        made = [holding.contract_id for holding in history.made(transaction)]
        return {"offer": offers[0] if offers else None, "holdings": made}


def _until(wanted: str | None, now: Timestamp) -> Timestamp:
    """Give until when an offer waits: as asked, or as long as offers do."""
    return now + OFFER_LIFETIME if wanted is None else Timestamp.parse(wanted)
