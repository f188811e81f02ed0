"""Token transfers on the in-memory ledger against ERC-20 transfers on py-evm.

`python -m bench.token_transfers [--quick]` prints transfers a second of either side, and their
ratios. Both sides run in processes of their own that take turns; neither does any I/O.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.conditions import conditions
from bench.legs import Spread, Worker, per_second, ratios
from bench.peer.environment import python


class Size(NamedTuple):
    """How much is measured; a leg is one turn of one side."""

    parties: int
    holdings: int
    pairs: int
    ours: int
    theirs: int


FULL = Size(parties=1_000, holdings=100_000, pairs=5, ours=3_000, theirs=600)
QUICK = Size(parties=100, holdings=2_000, pairs=1, ours=200, theirs=100)

PER_BLOCK = (50, 100, 200)

PEERS = {
    "mine_all": "blocks mined: executed, receipts, state root, stored",
    "apply": "bare state.apply_transaction: executed, nothing recorded",
    "apply-recovered": "the same without checking signatures",
}
"""How the peer runs, from the whole ledger to less than that."""

OURS = {
    "direct": "one holding in, receiver's and change out: 7 nodes, 1 transaction",
    "direct-whole": "one holding handed over whole: 6 nodes, 1 transaction",
    "merge-split": "to oneself, 1 into 2 and 2 into 1 in turn: 4 nodes, 1 transaction",
    "two-step": "offer, then accept: 2 transactions for 1 transfer",
}
"""The transfers, each through the standard's TransferFactory_Transfer by interface."""

Legs = list[Mapping[str, float]]


def main(arguments: list[str]) -> int:
    """Measure and print."""
    size = QUICK if "--quick" in arguments else FULL
    print(f"Token transfers: {conditions()}")
    with (
        Worker(python(), "bench.peer.serve", size.parties) as peer,
        Worker(Path(sys.executable), "bench.tokens.serve", size.parties, size.holdings) as own,
    ):
        versions = " ".join(f"{name} {version}" for name, version in peer.greeting.items())
        print(f"{size.parties} parties, {size.holdings} live holdings; peer: {versions}")
        per_block = _best_block(peer, size)
        theirs, ours = _take_turns(peer, own, size, per_block)
    _report(theirs, ours, per_block)
    return 0


def _best_block(peer: Worker, size: Size) -> int:
    """Find the size of block that suits the peer best; this warms it up too."""
    rates = {
        per_block: per_second(peer.do("mine", size.theirs, per_block=per_block), "cpu")
        for per_block in PER_BLOCK
    }
    return max(rates, key=rates.__getitem__)


def _take_turns(
    peer: Worker, own: Worker, size: Size, per_block: int
) -> tuple[dict[str, Legs], dict[str, Legs]]:
    """Let the sides alternate: theirs, ours, theirs, ours, …, theirs."""
    theirs: dict[str, Legs] = {name: [] for name in PEERS}
    ours: dict[str, Legs] = {name: [] for name in OURS}

    def peer_turn() -> None:
        theirs["mine_all"].append(peer.do("mine", size.theirs, per_block=per_block))
        for name in ("apply", "apply-recovered"):
            theirs[name].append(peer.do(name, size.theirs))

    for name in OURS:
        own.do(name, min(size.ours, 200))
    for _ in range(size.pairs):
        peer_turn()
        for name, legs in ours.items():
            legs.append(own.do(name, size.ours))
    peer_turn()
    return theirs, ours


def _report(theirs: dict[str, Legs], ours: dict[str, Legs], per_block: int) -> None:
    print("\ntransfers a second of processor time, median (least..greatest); wall clock beside it")
    for name, legs in {**theirs, **ours}.items():
        label = f"py-evm {name}" if name in theirs else f"cantata {name}"
        if name == "mine_all":
            label += f" ({per_block} a block)"
        cpu, wall = (
            Spread.of([per_second(leg, clock) for leg in legs]) for clock in ("cpu", "wall")
        )
        print(f"  {label:32} {cpu!s:28} {wall!s:28} {(PEERS | OURS)[name]}")
    print("\nratio of transfers a second, median (least..greatest) of all pairs of neighbors")
    for name, legs in ours.items():
        for peer_name, peer_legs in theirs.items():
            cpu, wall = (Spread.of(ratios(legs, peer_legs, clock)) for clock in ("cpu", "wall"))
            against = f"{name} / py-evm {peer_name}"
            print(f"  {against:40} {cpu!s:24} wall {wall}")
    transactions = {
        name: legs[0]["transactions"] / legs[0]["transfers"] for name, legs in ours.items()
    }
    print(f"\nledger transactions per transfer: {transactions}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
