"""Makes the pre-approval of a treasury, in the form that its instrument has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cantata.automation.handler import Plan
from cantata.automation.model import Failure, Intent
from cantata.exchange.model.preapprovals import Form, Preapproval
from cantata.exchange.model.treasury import SIGNED_BY_PARTICIPANT
from cantata.exchange.objections import PreapprovalDropped, TreasuryUnknown
from cantata.exchange.repository import preapprovals, treasuries
from cantata.exchange.service.preapprovals import COIN_PROPOSAL
from cantata.exchange.wishes import PREAPPROVE, preapproval_of
from cantata.kernel.time import Timestamp
from cantata.lang import ContractId, Party
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import exercise
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.terms import factory_of


class Preapprove:
    """`exchange.preapprove`: a treasury's consent to transfers of an instrument.

    What stood before is left to run out: a treasury that signs outside sends one command at a
    time.
    """

    kind = PREAPPROVE

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Make it by the factory of our own token, or propose it to the provider."""
        wanted = await _wanted(session, intent)
        treasury = await treasuries.find(session, wanted.treasury)
        if treasury is None:
            raise TreasuryUnknown(wanted.treasury)
        is_inside = treasury.signer == SIGNED_BY_PARTICIPANT
        command, shown = (
            await _made(session, wanted, intent) if wanted.form is Form.OWN else _proposed(wanted)
        )
        return Plan(
            commands=[command],
            act_as=(wanted.treasury,),
            disclosed=shown,
            external=not is_inside,
            signer="" if is_inside else treasury.signer,
        )

    async def release(self, session: WriteSession, intent: Intent) -> None:
        """Do nothing: nothing is reserved."""

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Name the contract, which is the pre-approval itself or its proposal."""
        await _noted(session, intent, None)
        return {"contract": transaction.created[0].contract_id if transaction.created else ""}

    async def given_up(self, session: WriteSession, intent: Intent, failure: Failure) -> None:
        """Keep why there is none; it is asked for again when it is watched the next time."""
        await _noted(session, intent, failure)


async def _wanted(session: ReadSession, intent: Intent) -> Preapproval:
    treasury, instrument = preapproval_of(intent.wish)
    found = await preapprovals.find(session, treasury, instrument)
    if found is None or found.intent != intent.id:
        raise PreapprovalDropped(instrument)
    return found


async def _noted(session: WriteSession, intent: Intent, failure: Failure | None) -> None:
    treasury, instrument = preapproval_of(intent.wish)
    found = await preapprovals.find(session, treasury, instrument, lock=True)
    if found is not None and found.intent == intent.id:
        await preapprovals.save(session, replace(found, failure=failure))


async def _made(
    session: ReadSession, wanted: Preapproval, intent: Intent
) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """Give the command that makes it, and the factory that it goes through."""
    factory = await factory_of(session, wanted.instrument)
    command = exercise(
        ContractId[TokenFactory](factory.contract_id),
        TokenFactory.preapprove,
        receiver=Party(wanted.treasury),
        expires_at=Timestamp.parse(intent.wish.request["expires_at"]),
    )
    return command.json, [factory.disclosed().to_json()]


def _proposed(wanted: Preapproval) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """Give the command that proposes it; the coin's admin must be named, so that it is its own."""
    argument = {
        "receiver": wanted.treasury,
        "provider": wanted.provider,
        "expectedDso": wanted.instrument.admin,
    }
    form = {"templateId": COIN_PROPOSAL, "createArguments": argument}
    return {"CreateCommand": form}, []
