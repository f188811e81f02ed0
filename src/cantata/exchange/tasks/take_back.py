"""Takes offers back that nobody accepted: on the customer's wish, or when their time is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cantata.automation.errors import NotNow
from cantata.automation.handler import Plan
from cantata.automation.model import Failure, Intent
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.exchange.model.treasury import ListedInstrument, Treasury
from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalState
from cantata.exchange.policy.withdrawals import record_bound
from cantata.exchange.refusals import WithdrawalEnded, WithdrawalUnknown
from cantata.exchange.registries.directory import Registries
from cantata.exchange.registries.errors import NotInRegistry
from cantata.exchange.registries.model import ChoiceContext
from cantata.exchange.repository import withdrawals
from cantata.exchange.tasks import expiry
from cantata.exchange.tasks.common import asking, in_context, no_context, signed_plan
from cantata.exchange.tasks.funding import surroundings
from cantata.exchange.traffic.service import require_traffic
from cantata.exchange.wishes import TAKE_BACK, withdrawal_of
from cantata.ingestion.repository import load_cursor
from cantata.kernel.time import Clock, Timestamp
from cantata.lang import ContractId
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import exercise
from cantata.storage.database import Database
from cantata.storage.session import WriteSession


@dataclass(frozen=True, slots=True)
class Returnable:
    """An offer that waits, and what its registry says to its withdrawal."""

    instruction: str
    treasury: Treasury
    listed: ListedInstrument
    context: ChoiceContext


class TakeBack:
    """`exchange.take_back`: the offer of a withdrawal; the offer keeps two endings apart."""

    kind = TAKE_BACK

    def __init__(self, database: Database, registries: Registries, clock: Clock) -> None:
        self._database = database
        self._registries = registries
        self._clock = clock

    async def consult(self, intent: Intent, now: Timestamp) -> Returnable:
        """Ask the registry what taking the offer back needs.

        An offer that it does not know has ended, which ingestion will tell.
        """
        async with self._database.read() as session:
            found = _waiting(await withdrawals.find(session, withdrawal_of(intent.wish)), intent)
            treasury, listed, url = await surroundings(session, found)
            await require_traffic(session, now)
        instruction = found.instruction
        assert instruction is not None, found.id
        try:
            with asking():
                registry = self._registries.at(url)
                context = await registry.instruction_context(instruction, "withdraw")
        except NotInRegistry as error:
            raise NotNow(error.message) from error
        return Returnable(instruction, treasury, listed, context)

    async def prepare_with(
        self, session: WriteSession, intent: Intent, found: Returnable, now: Timestamp
    ) -> Plan:
        """Give the command, if the offer still waits."""
        row = await withdrawals.find(session, withdrawal_of(intent.wish), lock=True)
        if _waiting(row, intent).instruction != found.instruction:
            raise NotNow("another contract stands for the offer by now")
        reached = (await load_cursor(session)).record_time
        command = exercise(
            ContractId[standard.TransferInstruction](found.instruction),
            standard.TransferInstruction.transfer_instruction_withdraw,
            arg=standard.TransferInstruction_Withdraw(extra_args=no_context()),
        )
        return signed_plan(
            found.treasury,
            [in_context(command, found.context)],
            found.context,
            bound=record_bound(now, reached, found.listed.policy),
        )

    async def release(self, session: WriteSession, intent: Intent) -> None:
        """Do nothing: nothing is reserved."""

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Name the withdrawal; what became of it is read from the treasury's history.

        If it still waits then, since its registry takes several steps, it is asked for again.
        """
        await self._ended(session, intent)
        return {"withdrawal": intent.wish.request["withdrawal"]}

    async def given_up(self, session: WriteSession, intent: Intent, failure: Failure) -> None:
        """Let the customer, or the clock, ask again for an offer that still waits."""
        await self._ended(session, intent)
        found = await withdrawals.find(session, withdrawal_of(intent.wish), lock=True)
        if found is not None and found.state is WithdrawalState.OFFERED:
            waits = replace(found, cancel_wanted=False, updated_at=self._clock.now())
            await withdrawals.save(session, found.state, waits)

    async def _ended(self, session: WriteSession, intent: Intent) -> None:
        if intent.wish.requester == expiry.REQUESTER:
            await expiry.ended(session, withdrawal_of(intent.wish), self._clock.now())


def _waiting(found: Withdrawal | None, intent: Intent) -> Withdrawal:
    """Give the withdrawal if its offer waits; raise WithdrawalEnded or WithdrawalUnknown."""
    if found is None:
        raise WithdrawalUnknown(withdrawal_of(intent.wish))
    if found.state is not WithdrawalState.OFFERED:
        raise WithdrawalEnded(found.id, found.state.value)
    return found
