"""Pays: a transfer of a treasury's, with a context that its registry gives for each attempt."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cantata.automation.errors import NotNow
from cantata.automation.handler import Parcel, Plan, Prepared, companies
from cantata.automation.model import Failure, Intent
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.exchange.history.shapes import REASON
from cantata.exchange.model.withdrawals import WITHDRAWAL_ID
from cantata.exchange.policy.withdrawals import (
    SKEW,
    execute_until,
    recorded_until,
    require_kind,
)
from cantata.exchange.refusals import HoldingsBusy
from cantata.exchange.registries.directory import Registries
from cantata.exchange.registries.model import TransferFactory, TransferKind
from cantata.exchange.repository import withdrawals
from cantata.exchange.service.ending import give_up
from cantata.exchange.tasks.common import (
    argument_of,
    asking,
    in_context,
    no_context,
    signed_plan,
)
from cantata.exchange.tasks.funding import (
    Payable,
    open_one,
    payable,
    require_paying,
    require_time,
    surroundings,
)
from cantata.exchange.wishes import REARRANGE, WITHDRAW
from cantata.ingestion.repository import load_cursor
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.lang import ContractId, Party, TextMap
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import TypedCommand, exercise
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.session import WriteSession
from cantata.tokens.repository import purses, selection
from cantata.tokens.tasks.common import standard_id

TOGETHER = 16
"""Payments of one treasury that one submission carries out."""

LOOKS_AGAIN = 4
LOOK_AGAIN = RelTime.of(micros=50_000)
"""After how long a payment looks again for inputs that others were looking at, how many times."""


@dataclass(frozen=True, slots=True)
class Consulted:
    """A payment that can be sent, and what its registry says to it."""

    payable: Payable
    command: Mapping[str, Any]
    factory: TransferFactory

    @property
    def recorded_until(self) -> Timestamp | None:
        """The record time after which its choice refuses it; None of offers."""
        is_offer = self.factory.kind is TransferKind.OFFER
        return None if is_offer else recorded_until(self.payable.until)


class Withdraw:
    """`exchange.withdraw`: the withdrawal of the intent's own id."""

    kind = WITHDRAW

    def __init__(self, database: Database, registries: Registries, clock: Clock) -> None:
        self._database = database
        self._registries = registries
        self._clock = clock

    async def consult(self, intent: Intent, now: Timestamp) -> Consulted:
        """Reserve inputs, and ask the registry what the transfer of them needs.

        A registry judges a transfer with its inputs, so they are reserved before; done again,
        the same ones are found. What completes at once must not be executed much later than it may
        be recorded: only an offer is asked about once more, with the time that its receiver has.
        """
        found = await self._payable(intent, now)
        payment = found.withdrawal
        sending = found.listed.policy.sending
        brief = replace(found, until=execute_until(found.bound))
        transfer, factory = await self._asked(brief, now)
        require_kind(factory.kind, payment.treasury, payment.receiver, sending)
        if factory.kind is TransferKind.OFFER and found.until > brief.until:
            transfer, factory = await self._asked(found, now)
            require_kind(factory.kind, payment.treasury, payment.receiver, sending)
        else:
            found = brief
        command = in_context(transfer, factory.context, factory.contract_id)
        return Consulted(found, command, factory)

    async def _asked(
        self, found: Payable, now: Timestamp
    ) -> tuple[TypedCommand[Any], TransferFactory]:
        """Ask the registry about a payment with the deadline that it has."""
        transfer = transfer_of(found, now)
        with asking():
            client = self._registries.at(found.url)
            return transfer, await client.transfer_factory(argument_of(transfer))

    async def _payable(self, intent: Intent, now: Timestamp) -> Payable:
        """Reserve inputs; look again, a few times, if others look at them in the same moment."""
        for _ in range(LOOKS_AGAIN):
            try:
                async with self._database.write() as session:
                    return await payable(session, intent, now)
            except HoldingsBusy:
                await asyncio.sleep(LOOK_AGAIN.microseconds / 1_000_000)
        async with self._database.write() as session:
            return await payable(session, intent, now)

    async def prepare_with(
        self, session: WriteSession, intent: Intent, found: Consulted, now: Timestamp
    ) -> Plan:
        """Give the command, if nothing has changed since the registry was asked."""
        payment = await open_one(session, intent.id)
        treasury, _, _ = await surroundings(session, payment)
        reached = (await load_cursor(session)).record_time
        require_time(payment, reached, now)
        require_paying(treasury, reached)
        if await withdrawals.inputs(session, payment.id) != found.payable.inputs:
            raise NotNow("the inputs of the payment have changed meanwhile")
        sent = replace(payment, execute_before=found.payable.until, updated_at=now)
        await withdrawals.save(session, payment.state, sent)
        return signed_plan(
            treasury,
            [found.command],
            found.factory.context,
            bound=found.payable.bound,
            recorded_until=found.recorded_until,
            inputs=(*found.payable.inputs, found.factory.contract_id),
        )

    async def prepare_all_with(
        self, session: WriteSession, intents: Sequence[tuple[Intent, Consulted]], now: Timestamp
    ) -> Prepared:
        """Send those of one treasury together, unless each has to be signed by itself."""
        plans: list[tuple[Intent, Plan]] = []
        refused: list[tuple[Intent, CantataError]] = []
        for intent, found in intents:
            try:
                plans.append((intent, await self.prepare_with(session, intent, found, now)))
            except StorageError:
                raise
            except CantataError as error:
                refused.append((intent, error))
        return Prepared(parcels=_parcels(plans), refused=refused)

    async def release(self, session: WriteSession, intent: Intent) -> None:
        """Give the inputs back."""
        await selection.release(session, intent.id)

    async def release_all(self, session: WriteSession, intents: Sequence[Intent]) -> None:
        """Give the inputs of all of them back."""
        await purses.release(session, [each.id for each in intents])

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Name the withdrawal; what became of it is read from the treasury's history."""
        await self.release(session, intent)
        return self.result(intent, transaction, None)

    def result(
        self, intent: Intent, transaction: Transaction, part: int | None
    ) -> Mapping[str, Any]:
        """Name the withdrawal."""
        return {"withdrawal": str(intent.id)}

    async def given_up(self, session: WriteSession, intent: Intent, failure: Failure) -> None:
        """Give the money back, once."""
        await give_up(session, intent.id, failure, self._clock.now())


class Rearrange(Withdraw):
    """`exchange.rearrange`: a transfer of a treasury to itself."""

    kind = REARRANGE


def transfer_of(found: Payable, now: Timestamp) -> TypedCommand[Any]:
    """Give the transfer of a payment, before a registry has said what it goes through.

    The payment names itself under a key of its own, and in the reason unless the customer gave
    a memo for the receiver.
    """
    payment = found.withdrawal
    name = str(payment.id)
    meta = {REASON: payment.memo or name, WITHDRAWAL_ID: name}
    transfer = standard.Transfer(
        sender=Party(payment.treasury),
        receiver=Party(payment.receiver),
        amount=payment.amount,
        instrument_id=standard_id(payment.instrument),
        requested_at=now - SKEW,
        execute_before=found.until,
        input_holding_cids=[ContractId[holding.Holding](each) for each in found.inputs],
        meta=metadata.Metadata(values=TextMap(meta)),
    )
    return exercise(
        "",
        standard.TransferFactory.transfer_factory_transfer,
        arg=standard.TransferFactory_Transfer(
            expected_admin=Party(payment.instrument.admin),
            transfer=transfer,
            extra_args=no_context(),
        ),
    )


def _parcels(plans: Sequence[tuple[Intent, Plan]]) -> list[Parcel]:
    """Put plans together that need no signature; the others go each by itself."""
    by_id = {intent.id: plan for intent, plan in plans}
    inside = [intent for intent, plan in plans if not plan.external]
    alone = [Parcel(intents=(intent,), plan=plan) for intent, plan in plans if plan.external]
    return [*alone, *(_together(each, by_id) for each in companies(inside, TOGETHER))]


def _together(intents: tuple[Intent, ...], plans: Mapping[Any, Plan]) -> Parcel:
    mine = [plans[intent.id] for intent in intents]
    shown = {each["contractId"]: each for plan in mine for each in plan.disclosed}
    bounds = [plan.max_record_time for plan in mine if plan.max_record_time is not None]
    plan = replace(
        mine[0],
        commands=[command for plan in mine for command in plan.commands],
        disclosed=list(shown.values()),
        max_record_time=max(bounds, default=None),
        inputs=None,
    )
    return Parcel(intents=intents, plan=plan)
