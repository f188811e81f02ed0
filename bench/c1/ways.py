"""Ways to pay: one after the other with all holdings at hand, submitting alone, and ours."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from bench.c1.meter import Cost, Meter
from bench.c1.world import CLOCK, SECONDS_MAX, World, beside, ingesting
from cantata.automation import repository
from cantata.automation.submitter import Gate, IntentSubmitter
from cantata.automation.tables import INTENTS
from cantata.automation.worker import Worker, WorkerSettings
from cantata.bootstrap import connections, handlers
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.exchange.model.customers import CustomerAccount
from cantata.exchange.model.withdrawals import WithdrawalOrder, WithdrawalState
from cantata.exchange.registries.client import RegistryClient
from cantata.exchange.repository.tables import WITHDRAWALS
from cantata.exchange.service.withdrawals import Withdrawals
from cantata.exchange.tasks.common import argument_of, in_context, no_context
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Party, TextMap
from cantata.ledger.errors import Answer, NotFound, OutcomeUnknown
from cantata.ledger.formats import Wanted
from cantata.ledger.outcome import Outcome, Refused, Unknown
from cantata.ledger.services.commands import Receipt
from cantata.ledger.submission import Submission
from cantata.ledger.typed import TypedCommand, exercise
from cantata.storage.listening import Bell
from cantata.storage.questions import asking
from cantata.tokens.tasks.common import standard_id

HOLDING = holding.Holding.__ledger_interface__().identifier
OPEN_FOR = RelTime.of(hours=1)
SLACK = RelTime.of(minutes=1)
TRANSFER_MAX = 40
LOOK_SECONDS = 0.5
ENDED = (WithdrawalState.COMPLETED.value, WithdrawalState.FAILED.value)
Held = tuple[Decimal, str]
"""What a holding holds, and its contract."""


async def naive(world: World, registry: RegistryClient, meter: Meter, payments: int) -> Cost:
    """Pay one after the other, as samples do: read all holdings, sort, choose, submit, wait."""
    amounts = random.Random(payments)
    with meter.of(payments) as cost:
        for _ in range(payments):
            amount = _amount(amounts)
            inputs = _first_enough(sorted(await held(world, world.treasury)), amount)
            submission = await _asked(world, registry, amount, inputs)
            await world.ledger.commands.submit(submission)
    return cost


async def raw(
    world: World,
    registry: RegistryClient,
    meter: Meter,
    payments: int,
    in_flight: int,
    together: int = 1,
) -> Cost:
    """Submit transfers that were made beforehand, so many in flight.

    No holding is used twice, so there are fewer when few are large enough; `together` transfers
    share a submission.
    """
    amounts = random.Random(payments)
    usable = [
        each for each in await held(world, world.treasury) if each[0] >= Decimal(f"{TRANSFER_MAX}")
    ]
    payments = min(payments, len(usable) // together * together)
    chosen = random.Random(1).sample(usable, payments)
    made = [await _asked(world, registry, _amount(amounts), [contract]) for _, contract in chosen]
    waiting = iter([_joined(made[at : at + together]) for at in range(0, payments, together)])

    async def connection() -> None:
        for submission in waiting:
            await world.ledger.commands.submit(submission)

    with meter.of(payments) as cost:
        await asyncio.gather(*(connection() for _ in range(in_flight)))
    return cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What it took to ask, and until all were seen paid; what was submitted."""

    asking: Cost
    paying: Cost
    submissions: int
    refused: Counter[str]
    attempts_max: int


async def ours(
    world: World,
    account: CustomerAccount,
    payments: int,
    in_flight: int,
    faults: Faults | None,
    meter: Meter,
) -> Ours:
    """Queue withdrawals, then let a worker pay them while ingestion sees them paid."""
    with meter.of(payments) as asking:
        await _requested(world, account, payments)
    gate = Counting(faults or world.ledger.commands)
    bell = Bell(world.database.settings, repository.CHANNEL)
    with meter.of(payments) as paying:
        async with beside(ingesting(world.database, world.ledger), bell.listen()):
            if faults is None:
                async with beside(_worker(world, gate, bell, in_flight).run()):
                    await _all_ended(world)
            else:
                await _with_crashes(world, gate, bell, in_flight)
    async with world.database.read() as session:
        most = await session.scalar(select(func.max(INTENTS.c.attempts)))
    return Ours(
        asking=asking,
        paying=paying,
        submissions=len(gate.seen),
        refused=gate.refused,
        attempts_max=int(most),
    )


async def paid(world: World) -> tuple[int, Decimal]:
    """Give how many withdrawals were paid, and how much that is."""
    columns = WITHDRAWALS.c
    done = columns.state == WithdrawalState.COMPLETED.value
    async with world.database.read() as session:
        count = await session.scalar(select(func.count()).where(done))
        amount = await session.scalar(select(func.sum(columns.amount)).where(done))
    return int(count), Decimal(str(amount or 0))


async def total(world: World, party: str) -> Decimal:
    """Give what a party holds, as the ledger shows it."""
    return sum((amount for amount, _ in await held(world, party)), Decimal("0"))


class Counting:
    """Counts submissions, and refusals by their codes."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.seen: set[str] = set()
        self.refused: Counter[str] = Counter()

    async def outcome(self, submission: Submission) -> Outcome[Receipt]:
        """Submit and count."""
        self.seen.add(submission.command_id)
        found = await self._gate.outcome(submission)
        if isinstance(found, Refused):
            self.refused[found.error.code] += 1
        return found


class Faults:
    """A ledger that does not find a contract, loses an answer, or is not told, at times."""

    def __init__(self, gate: Gate, share: float) -> None:
        self._gate = gate
        self._share = share
        self._random = random.Random(5)

    async def outcome(self, submission: Submission) -> Outcome[Receipt]:
        """Submit, or do not, and tell the truth, or nothing."""
        if self._random.random() >= self._share:
            return await self._gate.outcome(submission)
        match self._random.randrange(3):
            case 0:
                return Refused(NotFound("contract not found", answer=Answer(category=11)))
            case 1:
                await self._gate.outcome(submission)
        return Unknown(OutcomeUnknown("timed out"), 0)


async def held(world: World, party: str) -> list[Held]:
    """Read all holdings of a party from the ledger."""
    found: list[Held] = []
    wanted = Wanted(parties=(party,), interfaces=(HOLDING,))
    async with aclosing(world.ledger.state.active_contracts(wanted)) as contracts:
        async for contract in contracts:
            view: Any = contract.event.views[0].value
            if view["owner"] == party:
                found.append((Decimal(view["amount"]), contract.event.contract_id))
    return found


async def _requested(world: World, account: CustomerAccount, payments: int) -> None:
    amounts = random.Random(payments)
    service = Withdrawals(connections.ParticipantDirectory(world.ledger), CLOCK)
    for _ in range(payments):
        order = WithdrawalOrder(
            account=account.id,
            instrument=world.instrument,
            amount=_amount(amounts),
            receiver=world.wallet,
            memo="",
        )
        await asking(partial(_request, world, service, order))


async def _request(world: World, service: Withdrawals, order: WithdrawalOrder) -> None:
    async with world.database.write() as session:
        await service.request(session, order, str(uuid4()), "bench")


def _worker(world: World, gate: Gate, bell: Bell, in_flight: int) -> Worker:
    found = handlers.exchange_handlers(world.database, CLOCK)
    submitter = IntentSubmitter(world.database, gate, found, CLOCK)
    settings = WorkerSettings(name="bench", in_flight_max=in_flight)
    return Worker(world.database, submitter, bell, CLOCK, settings)


async def _with_crashes(world: World, gate: Counting, bell: Bell, in_flight: int) -> None:
    """Kill the worker in the middle of its work, again and again, until all are paid."""
    chance = random.Random(7)
    waiting = asyncio.create_task(_all_ended(world))
    while not waiting.done():
        running = asyncio.create_task(_worker(world, gate, bell, in_flight).run())
        await asyncio.wait({waiting}, timeout=0.5 + chance.random())
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    waiting.result()


async def _all_ended(world: World) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            async with world.database.read() as session:
                left = await session.scalar(
                    select(func.count()).where(WITHDRAWALS.c.state.not_in(ENDED))
                )
            if not left:
                return
            await asyncio.sleep(LOOK_SECONDS)


async def _asked(
    world: World, registry: RegistryClient, amount: Decimal, inputs: Sequence[str]
) -> Submission:
    transfer = _transfer(world, amount, inputs)
    factory = await registry.transfer_factory(argument_of(transfer))
    return Submission(
        commands=(in_context(transfer, factory.context, factory.contract_id),),
        act_as=(world.treasury,),
        command_id=str(uuid4()),
        disclosed=factory.context.disclosed,
    )


def _transfer(world: World, amount: Decimal, inputs: Sequence[str]) -> TypedCommand[Any]:
    now = CLOCK.now()
    transfer = standard.Transfer(
        sender=Party(world.treasury),
        receiver=Party(world.wallet),
        amount=amount,
        instrument_id=standard_id(world.instrument),
        requested_at=now - SLACK,
        execute_before=now + OPEN_FOR,
        input_holding_cids=[ContractId[holding.Holding](each) for each in inputs],
        meta=metadata.Metadata(values=TextMap({})),
    )
    return exercise(
        "",
        standard.TransferFactory.transfer_factory_transfer,
        arg=standard.TransferFactory_Transfer(
            expected_admin=Party(world.issuer), transfer=transfer, extra_args=no_context()
        ),
    )


def _joined(made: Sequence[Submission]) -> Submission:
    shown = {each.contract_id: each for one in made for each in one.disclosed}
    return Submission(
        commands=tuple(command for one in made for command in one.commands),
        act_as=made[0].act_as,
        command_id=made[0].command_id,
        disclosed=tuple(shown.values()),
    )


def _first_enough(sorted_ones: Sequence[Held], amount: Decimal) -> list[str]:
    for size, contract in sorted_ones:
        if size >= amount:
            return [contract]
    raise SystemExit(f"no holding covers {amount}")


def _amount(amounts: random.Random) -> Decimal:
    return Decimal(f"{amounts.randint(1, TRANSFER_MAX - 1)}.{amounts.randint(0, 99):02}")
