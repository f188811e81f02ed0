"""Accepts offered deposits, with a context that the registry gives for each attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cantata.automation.errors import NotNow
from cantata.automation.handler import Plan
from cantata.automation.model import Failure, Intent
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.model.treasury import Policy
from cantata.exchange.objections import (
    DepositUnknown,
    OfferEnded,
    OfferNotAccepted,
    RegistryUnknown,
    TreasuryUnknown,
)
from cantata.exchange.policy.withdrawals import record_bound
from cantata.exchange.registries.directory import Registries
from cantata.exchange.registries.errors import NotInRegistry
from cantata.exchange.registries.model import ChoiceContext
from cantata.exchange.repository import deposits, history, listings, rewards, treasuries
from cantata.exchange.service.accepting import failed, surroundings
from cantata.exchange.service.rewards import marked
from cantata.exchange.tasks.common import asking, in_context, no_context, signed_plan
from cantata.exchange.traffic.service import require_traffic
from cantata.exchange.wishes import ACCEPT, deposit_of
from cantata.ingestion.repository import load_cursor
from cantata.kernel.time import Clock, Timestamp
from cantata.lang import ContractId
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import exercise
from cantata.storage.database import Database
from cantata.storage.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Acceptable:
    """An offer that waits, and what its registry says to accepting it."""

    instruction: ContractId[standard.TransferInstruction]
    context: ChoiceContext


class Accept:
    """`exchange.accept`: an offered deposit; the offer itself keeps two endings apart."""

    kind = ACCEPT

    def __init__(self, database: Database, registries: Registries, clock: Clock) -> None:
        self._database = database
        self._registries = registries
        self._clock = clock

    async def consult(self, intent: Intent, now: Timestamp) -> Acceptable:
        """Ask the registry of the instrument what accepting needs.

        An offer that it does not know has ended, or is too new for it: ingestion will tell.
        """
        async with self._database.read() as session:
            deposit = await _waiting(session, intent)
            await require_traffic(session, now)
            registry = await listings.registry(session, deposit.instrument.admin)
        if registry is None:
            raise RegistryUnknown(deposit.instrument.admin)
        assert deposit.instruction is not None, deposit.id
        try:
            with asking():
                client = self._registries.at(registry.url)
                context = await client.instruction_context(deposit.instruction, "accept")
        except NotInRegistry as error:
            raise NotNow(f"{error.code}: {error.message}") from error
        return Acceptable(ContractId(deposit.instruction), context)

    async def prepare_with(
        self, session: WriteSession, intent: Intent, found: Acceptable, now: Timestamp
    ) -> Plan:
        """Give the command, if the offer waits and nothing speaks against it by now."""
        deposit = await _waiting(session, intent)
        policy = await _acceptable(session, deposit, now)
        treasury = await treasuries.find(session, deposit.treasury)
        if treasury is None:
            raise TreasuryUnknown(deposit.treasury)
        command = exercise(
            found.instruction,
            standard.TransferInstruction.transfer_instruction_accept,
            arg=standard.TransferInstruction_Accept(extra_args=no_context()),
        )
        bound = record_bound(now, (await load_cursor(session)).record_time, policy)
        until = deposit.execute_before
        plan = signed_plan(
            treasury,
            [in_context(command, found.context)],
            found.context,
            bound=bound if until is None else min(bound, until),
        )
        return marked(plan, await rewards.find(session, treasury.party))

    async def release(self, session: WriteSession, intent: Intent) -> None:
        """Do nothing: nothing is reserved."""

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Name the deposit; what became of it is read from the treasury's history."""
        return {"deposit": intent.wish.request["deposit"]}

    async def given_up(self, session: WriteSession, intent: Intent, failure: Failure) -> None:
        """Count the failure, and leave the offer to support after too many."""
        await failed(session, deposit_of(intent.wish), intent.id, failure, self._clock.now())


async def _waiting(session: ReadSession, intent: Intent) -> Deposit:
    """Give the deposit if its offer still is the one to accept; raise OfferEnded."""
    identity = deposit_of(intent.wish)
    found = await deposits.find(session, identity)
    if found is None:
        raise DepositUnknown(identity)
    if found.state is not DepositState.OFFERED:
        raise OfferEnded(identity, found.state.value)
    if found.instruction != intent.wish.request["instruction"]:
        raise OfferEnded(identity, "a step further")
    return found


async def _acceptable(session: ReadSession, deposit: Deposit, now: Timestamp) -> Policy:
    """Give the policy of the instrument if the offer is to be accepted; raise OfferNotAccepted."""
    known = await surroundings(session, [deposit.memo])
    contract = deposit.instruction or ""
    state = await history.state(session, deposit.treasury, [contract])
    reason = known.refusal(deposit, state.instruction(contract), now)
    listed = known.listed.get(deposit.instrument)
    if reason is not None or listed is None:
        raise OfferNotAccepted(deposit.id, "not_listed" if reason is None else reason.value)
    return listed.policy
