"""Burns: the owner's holdings, and the supply with them."""

from __future__ import annotations

from cantata.automation.errors import NotNow
from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.lang import ContractId, Party
from cantata.ledger.submission import Disclosed
from cantata.ledger.typed import exercise
from cantata.storage.session import WriteSession
from cantata.tokens.contract import instrument as on_ledger
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
from cantata.tokens.terms import terms_of


class Burn(TokenHandler):
    """`tokens.burn`: owner, amount, memo."""

    kind = "tokens.burn"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Reserve the instrument's contract and the owner's inputs."""
        request = intent.wish.request
        identity = instrument_id(request)
        amount = Decimal(request["amount"])
        owner = PartyId(request["owner"])
        found = await known_instrument(session, identity)
        require_amount(amount, found.decimals)
        if await selection.is_reserved(session, found.contract_id):
            raise NotNow("another change of the supply is under way")
        inputs = await take_inputs(session, intent, owner, identity, amount, now)
        await selection.reserve(session, intent.id, [found.contract_id])
        terms = await terms_of(session, identity, owner, owner)
        command = exercise(
            ContractId[on_ledger.Instrument](found.contract_id),
            on_ledger.Instrument.burn,
            owner=Party(owner),
            amount=amount,
            input_holding_cids=cids(inputs),
            extra_args=arguments(terms.context, meta_of(request)),
        )
        disclosed = Disclosed(
            found.blob, found.contract_id, found.template_id, found.synchronizer_id
        )
        return Plan(
            commands=[command.json],
            act_as=intent.wish.act_as,
            disclosed=[disclosed.to_json(), *(each.disclosed().to_json() for each in terms.shown)],
        )
