"""The kinds of transfer that are measured, each prepared before its time is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal as StdDecimal
from time import perf_counter, process_time

from bench.tokens.world import NO_METADATA, OFFER_OPEN_FOR, Held, World
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import ContractId, Decimal, Party
from cantata.sandbox.engine import Create, Submission, Update
from cantata.testing import exercise
from cantata.tokens.contract.context import PREAPPROVAL


@dataclass(slots=True)
class Leg:
    """What one leg did, and the processor's and the wall's seconds that it took."""

    transfers: int = 0
    transactions: int = 0
    cpu: float = 0.0
    wall: float = 0.0

    def run(self, world: World, submissions: Sequence[Submission]) -> list[Update]:
        """Submit one after the other: interpreted, validated, committed."""
        submit = world.engine.submit
        with self._timed():
            updates = [submit(submission) for submission in submissions]
        self.transactions += len(updates)
        return updates

    @contextmanager
    def _timed(self) -> Iterator[None]:
        wall, cpu = perf_counter(), process_time()
        yield
        self.cpu += process_time() - cpu
        self.wall += perf_counter() - wall


Work = Callable[[World, int], Leg]
"""Makes a number of transfers on a world and tells what they took."""


def direct(world: World, transfers: int) -> Leg:
    """Pay from one holding directly under a pre-approval, with change."""
    return _direct(world, transfers, _half)


def direct_whole(world: World, transfers: int) -> Leg:
    """Hand one whole holding over directly under a pre-approval."""
    return _direct(world, transfers, lambda amount: amount)


def two_step(world: World, transfers: int) -> Leg:
    """Offer one whole holding, then accept: two transactions for one transfer."""
    before = _State(world)
    leg = Leg(transfers)
    chosen = world.random.sample(world.held(), transfers)
    receivers = [_other(world, held.owner) for held in chosen]
    offers = leg.run(
        world,
        [
            _transfer(world, (held,), receiver, held.amount)
            for held, receiver in zip(chosen, receivers, strict=True)
        ],
    )
    accepts = [_accept(world, *pair) for pair in zip(receivers, offers, strict=True)]
    leg.run(world, accepts)
    before.require(world, leg, more=0)
    return leg


def merge_split(world: World, transfers: int) -> Leg:
    """Transfer to oneself, in turn one holding into two and two into one."""
    before = _State(world)
    by_owner: dict[str, list[Held]] = {}
    for held in world.held():
        by_owner.setdefault(held.owner, []).append(held)
    pairs = [
        (first, second)
        for owned in by_owner.values()
        for first, second in zip(owned[::2], owned[1::2], strict=False)
    ]
    submissions = [
        _transfer(world, pair[: 1 + turn % 2], pair[0].owner, _kept(pair, turn))
        for turn, pair in enumerate(world.random.sample(pairs, transfers))
    ]
    leg = Leg(transfers)
    leg.run(world, submissions)
    before.require(world, leg, more=transfers % 2)
    return leg


WORKS: dict[str, Work] = {
    "direct": direct,
    "direct-whole": direct_whole,
    "merge-split": merge_split,
    "two-step": two_step,
}


class _State:
    """What must be so after a leg, known before it."""

    def __init__(self, world: World) -> None:
        self._count, self._total, self._end = len(world.held()), world.total(), world.engine.end()

    def require(self, world: World, leg: Leg, *, more: int) -> None:
        """Stop the benchmark unless sum, number of holdings and offsets are exact."""
        assert world.total() == self._total, "the sum of holdings has changed"
        assert len(world.held()) == self._count + more, "the number of holdings is wrong"
        assert world.engine.end() == self._end + leg.transactions, "transactions are missing"


def _direct(world: World, transfers: int, share: Callable[[StdDecimal], StdDecimal]) -> Leg:
    before = _State(world)
    chosen = world.random.sample(world.held(), transfers)
    amounts = [share(held.amount) for held in chosen]
    submissions = [
        _transfer(world, (held,), _other(world, held.owner), amount, preapproved=True)
        for held, amount in zip(chosen, amounts, strict=True)
    ]
    leg = Leg(transfers)
    leg.run(world, submissions)
    changes = sum(held.amount != amount for held, amount in zip(chosen, amounts, strict=True))
    before.require(world, leg, more=changes)
    return leg


def _transfer(
    world: World,
    inputs: tuple[Held, ...],
    receiver: str,
    amount: StdDecimal,
    *,
    preapproved: bool = False,
) -> Submission:
    sender = inputs[0].owner
    named = {PREAPPROVAL: world.preapprovals[receiver]} if preapproved else {}
    transfer = standard.Transfer(
        sender=Party(sender),
        receiver=Party(receiver),
        amount=Decimal.from_stdlib(amount),
        instrument_id=world.instrument_id,
        requested_at=world.ledger.now,
        execute_before=world.ledger.now + OFFER_OPEN_FOR,
        input_holding_cids=[ContractId(held.contract_id) for held in inputs],
        meta=NO_METADATA,
    )
    command = exercise(
        ContractId[standard.TransferFactory](world.factory.contract_id),
        standard.TransferFactory.transfer_factory_transfer,
        arg=standard.TransferFactory_Transfer(
            expected_admin=world.issuer,
            transfer=transfer,
            extra_args=world.terms(**named),
        ),
    )
    return world.submission(sender, command, (world.factory, world.rules, *named.values()))


def _accept(world: World, receiver: str, offered: Update) -> Submission:
    """Accept the offer that an update made; the locked holding is disclosed to the receiver."""
    locked, offer = (node.contract for node in offered.tree.nodes if isinstance(node, Create))
    command = exercise(
        ContractId[standard.TransferInstruction](offer.contract_id),
        standard.TransferInstruction.transfer_instruction_accept,
        arg=standard.TransferInstruction_Accept(extra_args=world.terms()),
    )
    return world.submission(receiver, command, (locked, world.rules))


def _other(world: World, party: str) -> str:
    """Choose a holder, each as likely as the other, but not that one."""
    while True:
        receiver = str(world.random.choice(world.holders))
        if receiver != party:
            return receiver


def _half(amount: StdDecimal) -> StdDecimal:
    """Give half of an amount, rounded up to cents, in the form of run-time values."""
    cents = -(-int(amount * 100) // 2)
    return StdDecimal(cents).scaleb(-2)


def _kept(pair: tuple[Held, Held], turn: int) -> StdDecimal:
    return pair[0].amount + pair[1].amount if turn % 2 else _half(pair[0].amount)
