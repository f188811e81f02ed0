"""Benchmark A1: token transfers over HTTP, durable, against development chains in the same run."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from websockets import Subprotocol
from websockets.sync.client import connect

from bench.a1 import evm
from bench.a1.disk import Probe, probe
from bench.a1.market import SUBMIT, SUBMIT_FOR, TOKEN, Market
from bench.a1.process import FOLDER, Generator, Server, Taken, start_sandbox
from bench.legs import ROOT, Worker

IN_FLIGHT = 64
UPDATES = "/v2/updates"
ACTIVE = "/v2/state/active-contracts"
STRIDE = 3
"""Offsets that an update takes on a participant."""

MODES = (evm.HARDHAT, evm.HARDHAT_BLOCKS, evm.ANVIL_BLOCKS)


class Size(NamedTuple):
    """How much is measured; `ours` and `theirs` are transfers of one turn."""

    parties: int
    holdings: int
    rounds: int
    ours: int
    theirs: dict[str, int]
    singles: int
    followers: int


FULL = Size(1_000, 100_000, 5, 2_000, {"hardhat": 2_000, "anvil": 8_000}, 300, 200)
QUICK = Size(100, 4_000, 1, 300, {"hardhat": 300, "anvil": 2_000}, 50, 50)


@dataclass(slots=True)
class Round:
    """One turn of everybody, by name, with the disk before and after."""

    before: Probe
    after: Probe
    direct: Taken
    offers: Taken
    accepts: Taken
    peers: dict[str, Taken]

    @property
    def two_step(self) -> float:
        """Give ledger transactions a second of offers and accepts, which are equally many."""
        return 2 * self.offers.requests / (self.offers.wall + self.accepts.wall)


@dataclass(slots=True)
class Following:
    """Writing while others follow: the rate, and what they were sent."""

    rate: float
    delivered: int
    size: int
    lag: float


@dataclass(slots=True)
class Result:
    """Everything that a run has found out."""

    size: Size
    versions: dict[str, str]
    ceiling: Taken
    setup: float
    rounds: list[Round] = field(default_factory=list)
    peer_singles: dict[str, Taken] = field(default_factory=dict)
    single: Taken | None = None
    alone: list[float] = field(default_factory=list)
    following: dict[str, list[Following]] = field(default_factory=dict)
    cpu: float = 0.0
    resident: int = 0
    restart: float = 0.0


def run(size: Size, told: Callable[[Result], None]) -> Result:
    """Measure; nothing is written outside of `.cache`. `told` is called after the rounds."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    versions = evm.install()
    dar, store = build(), _fresh_store()
    with ExitStack() as stack:
        generator = stack.enter_context(Generator())
        result = Result(size, versions, _ceiling(generator), 0.0)
        server = stack.enter_context(start_sandbox(dar, store))
        started = time.perf_counter()
        market = Market(server, generator, parties=size.parties, holdings=size.holdings)
        result.setup = time.perf_counter() - started
        signer = stack.enter_context(evm.Signer(size.parties))
        chains = [stack.enter_context(evm.Chain(mode, signer, generator)) for mode in MODES]
        _warm_up(market, chains)
        begun = server.cpu()
        result.rounds = [_round(market, chains, size) for _ in range(size.rounds)]
        result.cpu = (server.cpu() - begun) / (size.rounds * 3 * size.ours)
        told(result)
        result.single = _send(market, market.direct(size.singles), SUBMIT, 1)
        for chain in chains[:1]:
            result.peer_singles[chain.mode.name] = chain.transfer(size.singles, 1)
        _follow(market, result, size)
        result.resident = server.resident()
        _require(market)
        end = market.end()
    result.restart = _restart(dar, store, end)
    shutil.rmtree(store.parent)
    return result


def build() -> Path:
    """Compile the token package."""
    dar = FOLDER / "tokens.dar"
    source = ROOT / "src" / "cantata" / "tokens" / "contract"
    cantata = str(Path(sys.executable).with_name("cantata"))
    arguments = ["contract", "build", str(source), "--out", str(dar), "--without-declared"]
    subprocess.run([cantata, *arguments, "--output", "json"], check=True, stdout=subprocess.PIPE)
    return dar


def _fresh_store() -> Path:
    folder = FOLDER / "store"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder / "ledger.db"


def _ceiling(generator: Generator) -> Taken:
    """Measure the generator against a server that does nothing."""
    echo = Worker(Path(sys.executable), "bench.a1.echo")
    try:
        return generator.send(echo.greeting["port"], SUBMIT, [b"x" * 3_000] * 20_000, IN_FLIGHT)
    finally:
        echo.stop()


def _warm_up(market: Market, chains: Sequence[evm.Chain]) -> None:
    few = max(IN_FLIGHT, market.count // 100)
    _send(market, market.direct(few), SUBMIT, IN_FLIGHT)
    _two_step(market, few)
    for chain in chains:
        chain.transfer(few, IN_FLIGHT)


def _round(market: Market, chains: Sequence[evm.Chain], size: Size) -> Round:
    peers = {
        chain.mode.name: chain.transfer(size.theirs[chain.mode.program], IN_FLIGHT)
        for chain in chains
    }
    before = probe(FOLDER)
    direct = _send(market, market.direct(size.ours), SUBMIT, IN_FLIGHT)
    offers, accepts = _two_step(market, size.ours)
    return Round(before, probe(FOLDER), direct, offers, accepts, peers)


def _two_step(market: Market, transfers: int) -> tuple[Taken, Taken]:
    bodies, receivers = market.offers(transfers)
    offers = _send(market, bodies, SUBMIT_FOR, IN_FLIGHT, keep=True)
    accepts = market.accepts(offers, receivers)
    return offers, _send(market, accepts, SUBMIT, IN_FLIGHT)


def _send(
    market: Market, bodies: list[bytes], path: str, in_flight: int, *, keep: bool = False
) -> Taken:
    """Send submissions; the ledger must have as many updates more."""
    before = market.end()
    taken = market.generator.send(market.server.port, path, bodies, in_flight, keep=keep)
    if market.end() - before != STRIDE * len(bodies):
        raise SystemExit("the ledger has not as many updates as it acknowledged")
    return taken


def _follow(market: Market, result: Result, size: Size) -> None:
    """Write with nobody following, then with followers of own parties, then of everything."""
    followed = {
        "each its own party": [_of_party(holder) for holder in market.holders[: size.followers]],
        "each everything": [_of_everybody()] * size.followers,
    }
    for name, filters in followed.items():
        result.following[name] = []
        transfers = size.ours if name == "each its own party" else size.ours // 5
        for _ in range(min(3, size.rounds)):
            alone = _send(market, market.direct(size.ours), SUBMIT, IN_FLIGHT)
            result.alone.append(alone.rate)
            with _followers(market, filters) as count:
                taken = _send(market, market.direct(transfers), SUBMIT, IN_FLIGHT)
                written = time.perf_counter()
                frames, received = count()
                lag = time.perf_counter() - written
                following = Following(taken.rate, frames, received, lag)
                result.following[name].append(following)


@contextmanager
def _followers(market: Market, filters: Sequence[Any]) -> Iterator[Any]:
    requests = [
        json.dumps({"beginExclusive": market.end(), "updateFormat": each}) for each in filters
    ]
    worker = Worker(Path(sys.executable), "bench.a1.followers")
    try:
        worker.order(work="connect", port=market.server.port, path=UPDATES, requests=requests)
        while min(worker.order(work="count")["frames"]) < 1:
            time.sleep(0.05)

        def settled() -> tuple[int, int]:
            """Wait until nothing more comes."""
            last: dict[str, Any] = {}
            said = worker.order(work="count")
            while said != last:
                time.sleep(0.5)
                last, said = said, worker.order(work="count")
            return sum(said["frames"]) - len(filters), said["bytes"]

        yield settled
    finally:
        worker.stop()


def _of_party(party: str) -> Any:
    return _format({"filtersByParty": {party: {}}, "verbose": False})


def _of_everybody() -> Any:
    return _format({"filtersByParty": {}, "filtersForAnyParty": {}, "verbose": False})


def _format(events: Any) -> Any:
    shape = "TRANSACTION_SHAPE_ACS_DELTA"
    return {"includeTransactions": {"eventFormat": events, "transactionShape": shape}}


def _require(market: Market) -> None:
    """Stop the benchmark unless the number and the sum of all holdings are exact."""
    template = {"identifierFilter": {"TemplateFilter": {"value": {"templateId": TOKEN}}}}
    events = {"filtersByParty": {market.issuer: {"cumulative": [template]}}, "verbose": False}
    count, total = 0, 0
    with connect(
        f"ws://127.0.0.1:{market.server.port}{ACTIVE}",
        subprotocols=[Subprotocol("daml.ws.auth")],
        compression=None,
        max_size=None,
        ping_interval=None,
    ) as socket:
        socket.send(json.dumps({"activeAtOffset": market.end(), "eventFormat": events}))
        for frame in socket:
            entry = json.loads(frame)["contractEntry"].get("JsActiveContract")
            if entry is not None:
                count += 1
                total += int(Decimal(entry["createdEvent"]["createArgument"]["amount"]))
    if (count, total) != (market.count, market.total):
        raise SystemExit(f"{count} holdings of {total}, not {market.count} of {market.total}")


def _restart(dar: Path, store: Path, end: int) -> float:
    """Start on what is on disk; give the seconds until it is ready."""
    started = time.perf_counter()
    with start_sandbox(dar, store) as server:
        seconds = time.perf_counter() - started
        found = _end(server)
    if found != end:
        raise SystemExit(f"the ledger ends at {found} after a restart, not at {end}")
    return seconds


def _end(server: Server) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", "/v2/state/ledger-end")
    offset: int = json.loads(connection.getresponse().read())["offset"]
    connection.close()
    return offset
