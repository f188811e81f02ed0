"""What a run of benchmark A1 says, as text."""

from __future__ import annotations

from collections.abc import Iterator

from bench.a1.benchmark import IN_FLIGHT, Following, Result, Round
from bench.conditions import conditions
from bench.legs import Spread

MILLI = 1e3
MEGABYTE = 2**20

CANTON = (
    "A real Canton sandbox, in memory, measured elsewhere on two cores (not in this run): "
    "submit-and-wait 2.8 tx/s, p50 350 ms at 1 in flight; 25..54 tx/s, p50 1,070..2,300 ms at 64."
)


def rates(result: Result) -> Iterator[str]:
    """Give what the rounds say, line by line."""
    size = result.size
    yield f"A1, transfers over HTTP: {conditions()}"
    peers = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    yield (
        f"{size.parties} parties, {size.holdings} live holdings, set up in {result.setup:.1f} s; "
        f"{IN_FLIGHT} in flight; {peers}"
    )
    kept = [each for each in result.rounds if each.before.is_near(each.after)]
    dropped = len(result.rounds) - len(kept)
    kept = kept or result.rounds
    probes = [probe for each in kept for probe in (each.before, each.after)]
    p50, p99 = (Spread.of([MILLI * each[place] for each in probes]) for place in (0, 1))
    yield f"disk, 4 KiB and fdatasync: p50 {p50} ms, p99 {p99} ms; {dropped} rounds dropped"
    yield (
        f"generator's own ceiling: {result.ceiling.rate:,.0f} requests/s, p50 "
        f"{result.ceiling.p50 * MILLI:.2f} ms"
    )
    yield ""
    yield from _rates(result, kept)
    yield ""
    yield from _ratios(kept)
    yield ""


def rest(result: Result) -> Iterator[str]:
    """Give what was measured after the rounds."""
    yield from _latencies(result)
    yield ""
    yield from _following(result)
    yield ""
    yield (
        f"processor of the server: {result.cpu * 1e6:,.0f} µs a transaction; memory "
        f"{result.resident // MEGABYTE} MiB; restarted in {result.restart:.2f} s"
    )
    yield CANTON


def _rates(result: Result, kept: list[Round]) -> Iterator[str]:
    yield "a second, median (least..greatest); p50 and p99 of an answer in ms"
    direct = Spread.of([each.direct.rate for each in kept])
    two_step = Spread.of([each.two_step for each in kept])
    half = Spread.of([each.two_step / 2 for each in kept])
    yield f"  {'cantata one-step, transfers = tx':34} {direct!s:24} {_answers(kept, 'direct')}"
    yield f"  {'cantata two-step, tx':34} {two_step!s:24} {_answers(kept, 'offers')}"
    yield f"  {'cantata two-step, transfers':34} {half}"
    for name in kept[0].peers:
        taken = [each.peers[name] for each in kept]
        answers = _pair([one.p50 for one in taken], [one.p99 for one in taken])
        rate = Spread.of([one.rate for one in taken])
        yield f"  {name + ', transfers = tx':34} {rate!s:24} {answers}"


def _ratios(kept: list[Round]) -> Iterator[str]:
    yield "ratios of one run, median (least..greatest) of its rounds"
    for name in kept[0].peers:
        theirs = [each.peers[name].rate for each in kept]
        for label, ours in (
            ("two-step, ledger transactions", [each.two_step for each in kept]),
            ("two-step, whole transfers", [each.two_step / 2 for each in kept]),
            ("one-step, transactions = transfers", [each.direct.rate for each in kept]),
        ):
            spread = Spread.of([mine / other for mine, other in zip(ours, theirs, strict=True)])
            yield f"  {label + ' / ' + name:62} {spread}"


def _latencies(result: Result) -> Iterator[str]:
    yield "one in flight, ms: p50, p99"
    assert result.single is not None
    for name, taken in {"cantata, durable": result.single, **result.peer_singles}.items():
        yield f"  {name:34} {taken.p50 * MILLI:.2f}, {taken.p99 * MILLI:.2f}"


def _following(result: Result) -> Iterator[str]:
    alone = Spread.of(result.alone)
    yield f"one-step tx/s with nobody following: {alone}"
    for name, found in result.following.items():
        rate = Spread.of([each.rate for each in found])
        share = rate.middle / alone.middle
        yield (
            f"  with {result.size.followers} WebSocket subscribers, {name}: {rate}, "
            f"{share:.0%} of it; {_sent(found[-1])}"
        )


def _sent(found: Following) -> str:
    return (
        f"{found.delivered:,} frames and {found.size // MEGABYTE} MiB delivered, "
        f"quiet {found.lag:.1f} s later"
    )


def _answers(kept: list[Round], name: str) -> str:
    taken = [getattr(each, name) for each in kept]
    return _pair([each.p50 for each in taken], [each.p99 for each in taken])


def _pair(p50: list[float], p99: list[float]) -> str:
    return f"{Spread.of(p50).middle * MILLI:.1f}, {Spread.of(p99).middle * MILLI:.1f}"
