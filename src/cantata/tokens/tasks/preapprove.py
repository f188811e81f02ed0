"""Pre-approvals: a receiver's standing consent, given and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.lang import ContractId, Party
from cantata.ledger.model.events import qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import exercise
from cantata.storage.session import WriteSession
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.errors import NoConsent
from cantata.tokens.projection.contracts import PREAPPROVAL
from cantata.tokens.repository import contracts
from cantata.tokens.tasks.common import TokenHandler, instrument_id
from cantata.tokens.terms import factory_of


class Preapprove(TokenHandler):
    """`tokens.preapprove`: receiver, and until when."""

    kind = "tokens.preapprove"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Go through the factory."""
        request = intent.wish.request
        factory = await factory_of(session, instrument_id(request))
        expires = request["expires_at"]
        command = exercise(
            ContractId[TokenFactory](factory.contract_id),
            TokenFactory.preapprove,
            receiver=Party(request["receiver"]),
            expires_at=None if expires is None else Timestamp.parse(expires),
        )
        return Plan(
            commands=[command.json],
            act_as=intent.wish.act_as,
            disclosed=[factory.disclosed().to_json()],
        )

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell the contract that states the consent."""
        made = [e for e in transaction.created if _entity(e.template_id) == "TransferPreapproval"]
        return {"preapproval": made[0].contract_id}


class CancelPreapproval(TokenHandler):
    """`tokens.cancel_preapproval`: the receiver's, or the admin's, will."""

    kind = "tokens.cancel_preapproval"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Find the consent that stands."""
        request = intent.wish.request
        receiver = PartyId(request["receiver"])
        found = await contracts.disclosable(
            session, PREAPPROVAL, instrument_id(request), party=receiver
        )
        if found is None:
            raise NoConsent(receiver)
        command = exercise(
            ContractId[TransferPreapproval](found.contract_id),
            TransferPreapproval.cancel,
            actor=Party(request["actor"]),
        )
        return Plan(commands=[command.json], act_as=intent.wish.act_as)


def _entity(template_id: str) -> str:
    return qualified_name(template_id).rpartition(":")[2]
