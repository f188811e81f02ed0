"""Development chains as peers: installed from npm, set up with a token, and sent transfers."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from bench.a1.process import FOLDER, Generator, Server, Taken, free_port
from bench.legs import ROOT, Worker
from bench.peer.environment import python

SOURCES = ROOT / "bench" / "peer" / "npm"
INSTALLED = FOLDER / "npm"
MODULES = INSTALLED / "node_modules"
START_SECONDS_MAX = 60
MINED_SECONDS_MAX = 60
POLL_SECONDS = 0.01
SETUP_IN_FLIGHT = 16
GAS_LIMIT = 3_000_000_000


@dataclass(frozen=True, slots=True)
class Mode:
    """How a peer is run: its program, the milliseconds between blocks (0: one at once)."""

    name: str
    program: str
    interval: int

    def command(self, port: int) -> list[str]:
        """Give the command that starts it."""
        if self.program == "hardhat":
            script = MODULES / "hardhat" / "internal" / "cli" / "bootstrap.js"
            return ["node", str(script), "node", "--hostname", "127.0.0.1", "--port", f"{port}"]
        (binary,) = (MODULES / "@foundry-rs").glob("anvil-*/bin/anvil*")
        blocks = ["--block-time", f"{self.interval / 1000:g}"] if self.interval else []
        limits = ["--gas-limit", f"{GAS_LIMIT}", "--accounts", "1", "--silent"]
        return [str(binary), "--port", f"{port}", *blocks, *limits]


HARDHAT = Mode("hardhat", "hardhat", 0)
HARDHAT_BLOCKS = Mode("hardhat, large blocks", "hardhat", 1_000)
ANVIL_BLOCKS = Mode("anvil, 1 s blocks", "anvil", 1_000)


def install() -> dict[str, str]:
    """Install the peers unless that is done; give their versions."""
    lock = SOURCES / "package-lock.json"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    mark = INSTALLED / ".lock-hash"
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for file in SOURCES.iterdir():
        shutil.copy(file, INSTALLED)
    if not mark.is_file() or mark.read_text(encoding="ascii") != wanted:
        print("installing hardhat and anvil …", file=sys.stderr)
        install_ = [
            "npm",
            "install",
            "--no-save",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--silent",
        ]
        subprocess.run(install_, cwd=INSTALLED, check=True)
        mark.write_text(wanted, encoding="ascii")
    packages = json.loads(lock.read_bytes())["packages"]
    return {
        name.rpartition("/")[2]: packages[f"node_modules/{name}"]["version"]
        for name in ("hardhat", "@foundry-rs/anvil")
    }


class Signer:
    """Makes signed transfers in the Python peer's environment."""

    def __init__(self, accounts: int) -> None:
        self._worker = Worker(python(), "bench.peer.sign", accounts)
        self.token: str = self._worker.greeting["token"]
        self.event: str = self._worker.greeting["event"]
        self._path = FOLDER / "signed"

    def setup(self) -> list[bytes]:
        """Give the requests that set a chain up."""
        return self._order(work="setup")

    def transfers(self, chain: str, count: int) -> list[bytes]:
        """Give requests of transfers on a chain."""
        return self._order(work="transfers", chain=chain, transfers=count)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._worker.stop()

    def _order(self, **order: Any) -> list[bytes]:
        self._worker.order(path=str(self._path), **order)
        return self._path.read_bytes().split(b"\n")


class Chain:
    """A running chain."""

    def __init__(self, mode: Mode, signer: Signer, generator: Generator) -> None:
        self.mode, self._signer, self._generator = mode, signer, generator
        self._counted = self._seen = 0
        port = free_port()
        environment = {**os.environ, "BENCH_INTERVAL": f"{mode.interval}"}
        self.server = Server(mode.command(port), port, cwd=INSTALLED, environment=environment)
        self._wait()
        generator.send(port, "/", signer.setup(), SETUP_IN_FLIGHT)

    def transfer(self, count: int, in_flight: int) -> Taken:
        """Send transfers and wait until all are mined; `wall` is until then."""
        requests = self._signer.transfers(self.mode.name, count)
        self._counted, self._seen = int(self.ask("eth_blockNumber"), 16), 0
        first = self._counted + 1
        started = time.perf_counter()
        taken = self._generator.send(self.server.port, "/", requests, in_flight)
        begun = time.perf_counter() - taken.wall
        while not self._is_mined(count):
            if time.perf_counter() - started > MINED_SECONDS_MAX:
                raise SystemExit(f"{self.mode.name} has not mined all transfers")
            time.sleep(POLL_SECONDS)
        wall = time.perf_counter() - begun
        self._require_transfers(first, count)
        return Taken(count, wall, taken.p50, taken.p99, taken.generator_cpu)

    def ask(self, method: str, *parameters: Any) -> Any:
        """Ask the chain."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/", json.dumps(body).encode(), headers)
        said = json.loads(connection.getresponse().read())
        connection.close()
        if "error" in said:
            raise SystemExit(f"{self.mode.name} {method}: {said['error']}")
        return said["result"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.__exit__(kind, error, trace)

    def _is_mined(self, count: int) -> bool:
        """Count what the blocks hold that have come since."""
        last = int(self.ask("eth_blockNumber"), 16)
        while self._counted < last:
            self._counted += 1
            counted = hex(self._counted)
            self._seen += int(self.ask("eth_getBlockTransactionCountByNumber", counted), 16)
        return self._seen >= count

    def _require_transfers(self, first: int, count: int) -> None:
        """Stop the benchmark unless each transaction has left its event."""
        wanted = {
            "fromBlock": hex(first),
            "toBlock": "latest",
            "address": self._signer.token,
            "topics": [self._signer.event],
        }
        found = len(self.ask("eth_getLogs", wanted))
        if found != count:
            raise SystemExit(f"{self.mode.name}: {found} of {count} transfers have happened")

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                self.ask("eth_chainId")
            except OSError:
                if time.monotonic() > end or self.server.process.poll() is not None:
                    raise SystemExit(f"{self.mode.name} did not start") from None
                time.sleep(POLL_SECONDS)
            else:
                return
