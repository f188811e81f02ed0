"""Measure the whole loop through the REST API on embedded defaults: mints and transfers.

`python -m bench.loop [operations] [--quick] [--rate=OPERATIONS_A_SECOND] [--in-flight=N]`; without
a rate all are sent as fast as they are taken. Supply, holdings and movements must agree at the end.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import process_time, time

from bench.conditions import conditions, updates_of
from bench.loop import platform, traffic, watching
from bench.loop.traffic import quantile

OPERATIONS = 2_000
HOLDERS = 40
WARMING = 200
IN_FLIGHT = 16
GOAL_A_SECOND = 200
GOAL_SECONDS = 0.25
LOOK_SECONDS = 0.25
SECONDS_MAX = 600
FINAL = frozenset({"completed", "failed", "cancelled"})


def main(arguments: list[str]) -> int:
    """Run and report; 1 if an operation did not complete."""
    count = updates_of(arguments, OPERATIONS)
    rate = _option(arguments, "--rate=", 0.0)
    in_flight = int(_option(arguments, "--in-flight=", IN_FLIGHT))
    print(conditions())
    with tempfile.TemporaryDirectory(prefix="cantata-bench-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        with platform.running(Path(name)) as ran:
            return asyncio.run(_measured(ran, count, rate, in_flight))


async def _measured(ran: platform.Platform, count: int, rate: float, in_flight: int) -> int:
    cast = await traffic.prepared(ran.api_url, HOLDERS)
    warming = traffic.requests(cast, WARMING, ran.api_url, seed=2)
    await _ended(ran, (await traffic.send(ran.api_url, warming, in_flight, 0)).operations)
    watch, ready = watching.Watch(ran.database_url), asyncio.Event()
    watching_job = asyncio.create_task(watch.run(ready))
    await ready.wait()
    made = traffic.requests(cast, count, ran.api_url)
    before, own = ran.cpu_seconds(), process_time()
    sent = await traffic.send(ran.api_url, made, in_flight, rate)
    found = await _ended(ran, sent.operations)
    after = {**ran.cpu_seconds(), "generator": process_time() - own}
    watching_job.cancel()
    await watching.require_sound(ran.database_url)
    asked = await watch.asked_to_visible(sent.operations)
    committed = await watch.commit_to_visible()
    took = max(watch.seen_at) - sent.begun
    print(f"{count} operations in {took:.2f} s: {count / took:.0f}/s (goal {GOAL_A_SECOND})")
    print(f"taken by the API in {sent.ended - sent.begun:.2f} s; states {dict(found)}")
    _print_times("commit to visible", committed)
    _print_times("asked to visible", asked)
    _print_times("answer", sent.seconds)
    used = {name: seconds - before.get(name, 0.0) for name, seconds in after.items()}
    _print_cpu(used, count, len(committed))
    return int(found.get("completed", 0) != count)


async def _ended(ran: platform.Platform, operations: Sequence[str]) -> Mapping[str, int]:
    """Wait until all are final; give how many are in which state."""
    end = time() + SECONDS_MAX
    while True:
        found = await watching.states(ran.database_url, operations)
        if set(found) <= FINAL or time() > end:
            return found
        await asyncio.sleep(LOOK_SECONDS)


def _print_times(name: str, seconds: Sequence[float]) -> None:
    parts = ", ".join(
        f"p{round(100 * part)} {1_000 * quantile(seconds, part):.0f}" for part in (0.5, 0.9, 0.99)
    )
    print(f"{name}, ms: {parts}")


def _print_cpu(used: Mapping[str, float], operations: int, updates: int) -> None:
    total = 1_000 * sum(used.values()) / operations
    print(f"processor's time, ms for each operation: {total:.2f}; updates: {updates}")
    for name, seconds in sorted(used.items()):
        print(f"  {name:<12}{1_000 * seconds / operations:6.2f}")


def _option(arguments: list[str], name: str, usual: float) -> float:
    named = [float(each.removeprefix(name)) for each in arguments if each.startswith(name)]
    return named[0] if named else usual


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
