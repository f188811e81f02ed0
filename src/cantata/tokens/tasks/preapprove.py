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
from cantata.tokens.model import InstrumentId
from cantata.tokens.projection.contracts import PREAPPROVAL
from cantata.tokens.repository import expiry, selection, supervised
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.tasks.common import TokenHandler, instrument_id
from cantata.tokens.tasks.pause import take
from cantata.tokens.terms import factory_of

RENEWED_EARLY = 4
"""A consent is renewed when this part of its length is left: a quarter."""


class Preapprove(TokenHandler):
    """`tokens.preapprove`: receiver, and until when; it replaces the consents that stand.

    With `renew_seconds` it is renewed by itself, for that long each time. With `preapproval`, it
    renews that contract, and nothing if that was taken back.
    """

    kind = "tokens.preapprove"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Go through the factory."""
        request = intent.wish.request
        identity, receiver = instrument_id(request), PartyId(request["receiver"])
        await _alone(session, intent, identity, receiver)
        factory = await factory_of(session, identity)
        standing = await _standing(session, identity, receiver)
        renewed = request.get("preapproval")
        if renewed is not None and all(each.contract_id != renewed for each in standing):
            raise NoConsent(receiver)
        expires = request["expires_at"]
        command = exercise(
            ContractId[TokenFactory](factory.contract_id),
            TokenFactory.preapprove,
            receiver=Party(receiver),
            expires_at=None if expires is None else Timestamp.parse(expires),
        )
        ended = [_cancel(each.contract_id, receiver).json for each in standing]
        return Plan(
            commands=[*ended, command.json],
            act_as=intent.wish.act_as,
            disclosed=[factory.disclosed().to_json()],
        )

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell the contract that states the consent; note when it is to be renewed."""
        await selection.release(session, intent.id)
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
    """`tokens.cancel_preapproval`: the receiver's, or the admin's, will: all consents end.

    With `preapproval`, that contract and no later one.
    """

    kind = "tokens.cancel_preapproval"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Find the consents that stand."""
        request = intent.wish.request
        identity, receiver = instrument_id(request), PartyId(request["receiver"])
        await _alone(session, intent, identity, receiver)
        named = request.get("preapproval")
        found = [
            each
            for each in await _standing(session, identity, receiver)
            if named is None or each.contract_id == named
        ]
        if not found:
            raise NoConsent(receiver)
        actor = PartyId(request["actor"])
        commands = [_cancel(each.contract_id, actor).json for each in found]
        return Plan(commands=commands, act_as=intent.wish.act_as)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Renew it no more, unless another one has taken its place."""
        await selection.release(session, intent.id)
        request = intent.wish.request
        if "preapproval" not in request:
            admin, receiver = PartyId(request["admin"]), PartyId(request["receiver"])
            await expiry.stop_renewing(session, admin, receiver)
        return {}


async def _alone(
    session: WriteSession, intent: Intent, identity: InstrumentId, receiver: PartyId
) -> None:
    """Reserve the place of a receiver's consent: two who give one would both find none."""
    await take(session, intent, f"preapproval:{identity.admin}:{receiver}")


async def _standing(
    session: WriteSession, identity: InstrumentId, receiver: PartyId
) -> tuple[Disclosable, ...]:
    """Give all consents of a receiver to an issuer that are on the ledger."""
    return await supervised.standing(session, PREAPPROVAL, identity.admin, receiver)


def _cancel(contract: str, actor: PartyId) -> TypedCommand[None]:
    return exercise(
        ContractId[TransferPreapproval](contract), TransferPreapproval.cancel, actor=Party(actor)
    )


def _entity(template_id: str) -> str:
    return qualified_name(template_id).rpartition(":")[2]
