"""Pre-approvals: a receiver's standing consent, given and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.kernel.ids import PartyId
from cantata.kernel.time import RelTime, Timestamp
from cantata.lang import ContractId, Party
from cantata.ledger.model.events import qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import TypedCommand, exercise
from cantata.storage.session import WriteSession
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.errors import NoConsent
from cantata.tokens.projection.contracts import PREAPPROVAL
from cantata.tokens.repository import contracts, expiry
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.tasks.common import TokenHandler, instrument_id
from cantata.tokens.terms import factory_of

RENEWED_EARLY = 4
"""A consent is renewed when this part of its length is left: a quarter."""


class Preapprove(TokenHandler):
    """`tokens.preapprove`: receiver, and until when; it replaces the consent that stands.

    With `renew_seconds` it is renewed by itself, for that long each time.
    """

    kind = "tokens.preapprove"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Go through the factory."""
        request = intent.wish.request
        identity, receiver = instrument_id(request), PartyId(request["receiver"])
        factory = await factory_of(session, identity)
        standing = await contracts.disclosable(session, PREAPPROVAL, identity, party=receiver)
        expires = request["expires_at"]
        command = exercise(
            ContractId[TokenFactory](factory.contract_id),
            TokenFactory.preapprove,
            receiver=Party(receiver),
            expires_at=None if expires is None else Timestamp.parse(expires),
        )
        commands = [command.json]
        if standing is not None:
            commands.insert(0, _cancel(standing.contract_id, receiver).json)
        return Plan(
            commands=commands,
            act_as=intent.wish.act_as,
            disclosed=[factory.disclosed().to_json()],
        )

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell the contract that states the consent; note when it is to be renewed."""
        request = intent.wish.request
        identity, receiver = instrument_id(request), PartyId(request["receiver"])
        seconds, expires = request.get("renew_seconds"), request["expires_at"]
        if seconds and expires is not None:
            due_at = Timestamp.parse(expires) - RelTime.of(seconds=seconds // RENEWED_EARLY)
            await expiry.keep_renewing(session, identity, receiver, seconds, due_at)
        else:
            await expiry.stop_renewing(session, identity.admin, receiver)
        made = [e for e in transaction.created if _entity(e.template_id) == "TransferPreapproval"]
        return {"preapproval": made[0].contract_id}


class CancelPreapproval(TokenHandler):
    """`tokens.cancel_preapproval`: the receiver's, or the admin's, will.

    With `preapproval`, that contract and no later one.
    """

    kind = "tokens.cancel_preapproval"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Find the consent that stands."""
        request = intent.wish.request
        receiver = PartyId(request["receiver"])
        found = await _standing(session, request, receiver)
        if found is None:
            raise NoConsent(receiver)
        command = _cancel(found.contract_id, PartyId(request["actor"]))
        return Plan(commands=[command.json], act_as=intent.wish.act_as)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Renew it no more, unless another one has taken its place."""
        request = intent.wish.request
        if "preapproval" not in request:
            admin, receiver = PartyId(request["admin"]), PartyId(request["receiver"])
            await expiry.stop_renewing(session, admin, receiver)
        return {}


async def _standing(
    session: WriteSession, request: Mapping[str, Any], receiver: PartyId
) -> Disclosable | None:
    """Give the consent that a request names, or else the one that stands."""
    if "preapproval" in request:
        return await contracts.disclosable_by_id(session, request["preapproval"])
    return await contracts.disclosable(session, PREAPPROVAL, instrument_id(request), party=receiver)


def _cancel(contract: str, actor: PartyId) -> TypedCommand[None]:
    return exercise(
        ContractId[TransferPreapproval](contract), TransferPreapproval.cancel, actor=Party(actor)
    )


def _entity(template_id: str) -> str:
    return qualified_name(template_id).rpartition(":")[2]
