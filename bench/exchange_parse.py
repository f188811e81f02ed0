"""How fast recorded histories are parsed, by the processor's time.

`python -m bench.exchange_parse [--quick]` parses the real updates below ../shared/data again and
again: those of five parties of the Amulet scenario and of a wallet on a real network. Reading them
out of JSON is measured apart, for a live stream pays it whether it is parsed or not.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.conditions import conditions
from cantata.exchange.history.parser import parse
from cantata.exchange.history.recorded import updates_in
from cantata.exchange.history.state import State
from cantata.kernel.collector import relax_collector
from cantata.ledger.model.updates import Transaction

DATA = Path(__file__).parents[2] / "shared" / "data"
PARTIES = ("extra-carol", "extra-dave", "local-a", "local-b", "validator")
WALLET = "alice::normalized"
GOAL = 10_000
"""Updates a second on one core."""

LEGS, QUICK_LEGS = 40, 5
ROUNDS = 10
"""Times that all histories are parsed in a leg."""


def main(arguments: list[str]) -> int:
    """Measure and print; 1 if the goal is missed."""
    relax_collector()
    legs = QUICK_LEGS if "--quick" in arguments else LEGS
    texts = _texts()
    histories = [(party, _read(content)) for party, content in _contents(texts)]
    updates = sum(len(transactions) for _, transactions in histories)
    events = sum(len(each.events) for _, transactions in histories for each in transactions)
    size = sum(len(text) for _, text in texts)
    print(f"Parsing histories: {conditions()}")
    print(f"{updates} updates, {events} events, {size:,} bytes of JSON; {legs} legs")
    kinds: dict[str, Callable[[], None]] = {
        "parse": lambda: _parse(histories),
        "read": lambda: _type(texts),
    }
    best = {name: _measure(name, work, legs, updates) for name, work in kinds.items()}
    rate = 1 / best["parse"]
    print(f"goal {GOAL:,} updates/s on one core: {rate / GOAL:.2f} times that")
    return int(rate < GOAL)


def _measure(name: str, work: Callable[[], None], legs: int, updates: int) -> float:
    """Give seconds of the processor for an update in the least of the legs."""
    work()
    seconds = []
    for _ in range(legs):
        before = time.process_time()
        for _ in range(ROUNDS):
            work()
        seconds.append((time.process_time() - before) / ROUNDS / updates)
    low, middle, _ = quantiles(seconds, n=4)
    least = min(seconds)
    print(
        f"{name:5}: least {least * 1e6:.1f} µs, lower quartile {low * 1e6:.1f},"
        f" median {middle * 1e6:.1f} an update; {1 / least:,.0f} to {1 / middle:,.0f} updates/s"
    )
    return least


def _parse(histories: list[tuple[str, list[Transaction]]]) -> None:
    for party, transactions in histories:
        state = State(party)
        for transaction in transactions:
            state.apply(parse(party, state, transaction).changes)


def _type(texts: list[tuple[str, bytes]]) -> None:
    for _, content in _contents(texts):
        _read(content)


def _texts() -> list[tuple[str, bytes]]:
    """Give the recorded files; the party of the wallet's is not in it."""
    state = DATA / "amulet" / "state"
    files = [("", state / f"updates-{name}-LEDGER_EFFECTS.json") for name in PARTIES]
    files.append((WALLET, DATA / "transactions" / "wallet-txs.json"))
    return [(party, path.read_bytes()) for party, path in files]


def _contents(texts: list[tuple[str, bytes]]) -> list[tuple[str, Any]]:
    found = [(party, json.loads(text)) for party, text in texts]
    return [(party or content["party"], content) for party, content in found]


def _read(content: Any) -> list[Transaction]:
    return [each for each in updates_in(content, "file") if isinstance(each, Transaction)]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
