"""How the cost of a transfer and the memory grow with the contracts that are live.

`python -m bench.flatness [--quick]` prints the cost of a direct transfer among many live holdings
against the cost among few, and the memory of one live holding. Both ledgers are in processes of
their own that take turns.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.conditions import conditions
from bench.legs import Spread, Worker, per_second, ratios

LIMITS = {"cost": 1.25, "bytes": 2_048}
"""Growth of the cost of a transfer, and memory of a live contract, that are allowed."""


class Size(NamedTuple):
    """How much is measured."""

    parties: int
    few: int
    many: int
    pairs: int
    transfers: int


FULL = Size(parties=1_000, few=10_000, many=1_000_000, pairs=5, transfers=2_000)
QUICK = Size(parties=100, few=1_000, many=20_000, pairs=1, transfers=200)


def main(arguments: list[str]) -> int:
    """Measure and print."""
    size = QUICK if "--quick" in arguments else FULL
    print(f"Flatness: {conditions()}")
    python = Path(sys.executable)
    with (
        Worker(python, "bench.tokens.serve", size.parties, size.few) as small,
        Worker(python, "bench.tokens.serve", size.parties, size.many) as large,
    ):
        _report_memory(small.greeting, large.greeting)
        few, many = _take_turns(small, large, size)
    for clock in ("cpu", "wall"):
        costs = Spread.of(ratios(few, many, clock))
        rates = [Spread.of([per_second(leg, clock) for leg in legs]) for legs in (few, many)]
        print(
            f"{clock:4}: {size.few:,} live {rates[0]} transfers/s, {size.many:,} live {rates[1]}; "
            f"cost grows {costs} times (limit {LIMITS['cost']})"
        )
    return 0


def _take_turns(
    small: Worker, large: Worker, size: Size
) -> tuple[list[Mapping[str, float]], list[Mapping[str, float]]]:
    """Let the ledgers alternate: many, few, many, few, …, many."""
    few: list[Mapping[str, float]] = []
    many: list[Mapping[str, float]] = []
    for worker in (small, large):
        worker.do("direct", size.transfers)
    for _ in range(size.pairs):
        many.append(large.do("direct", size.transfers))
        few.append(small.do("direct", size.transfers))
    many.append(large.do("direct", size.transfers))
    return few, many


def _report_memory(few: Mapping[str, int], many: Mapping[str, int]) -> None:
    """Print the slope of resident memory, which holds the history of the holdings as well."""
    more = many["holdings"] - few["holdings"]
    slope = (many["resident"] - few["resident"]) / more
    print(
        f"memory: {few['resident'] >> 20} MiB with {few['holdings']:,} live holdings, "
        f"{many['resident'] >> 20} MiB with {many['holdings']:,}: {slope:,.0f} bytes for each "
        f"(limit {LIMITS['bytes']:,}), its part of the history included"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
