"""Playing a scenario of the wallet SDK against a sandbox, and what each of its steps told."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import OctKey

from cantata.lf.interactive.hashing import prepared_hash
from cantata.lf.interactive.prepared_wire import decode_prepared
from tests.api.process import SANDBOX
from tests.wallet.installed import HERE, node, packages

SCENARIO_SECONDS_MAX = 400
TOKEN_SECONDS = 1_000


@dataclass(frozen=True)
class Told:
    """The steps of a scenario in order, each with its result."""

    steps: tuple[tuple[str, Any], ...]

    def __getitem__(self, name: str) -> Any:
        """Give the result of the one step of that name."""
        (found,) = self.all(name)
        return found

    def all(self, name: str) -> list[Any]:
        return [result for step, result in self.steps if step == name]

    @property
    def submits(self) -> list[Any]:
        return self.all("submit")


class Stage:
    """A folder where scenarios run: their modules beside the packages that they import."""

    def __init__(self, folder: Path) -> None:
        self._node = node()
        self._driver = shutil.copytree(HERE / "driver", folder / "driver")
        (folder / "node_modules").symlink_to(packages())

    def play(self, scenario: str, **given: Any) -> Told:
        """Run a scenario to its end; every transaction that it submits is hashed again."""
        ran = subprocess.run(
            [
                self._node,
                "--import",
                str(self._driver / "preload.mjs"),
                str(self._driver / f"{scenario}.mjs"),
                json.dumps(given),
            ],
            check=False,
            capture_output=True,
            text=True,
            timeout=SCENARIO_SECONDS_MAX,
        )
        steps = tuple(_steps(ran.stdout))
        assert ran.returncode == 0, f"{scenario} failed after {steps[-1:]}:\n{ran.stderr[-8_000:]}"
        told = Told(steps)
        for submit in told.submits:
            _check_hash(submit)
        return told


@dataclass(frozen=True)
class Package:
    """A built package: its id, and the DAR that holds it."""

    id: str
    dar: Path


def build(contracts: Path, folder: Path) -> Package:
    """Build a package of contracts from a module or a folder."""
    dar = folder / f"{contracts.stem}.dar"
    asked = ("contract", "build", str(contracts), "--without-declared", "--out", str(dar))
    ran = subprocess.run(
        [SANDBOX[0], *asked, "--output", "json"], capture_output=True, text=True, check=True
    )
    return Package(json.loads(ran.stdout)["packageId"], dar)


def token(secret: str, user: str, **claims: Any) -> str:
    """Make a token that names a user, signed with a secret."""
    payload = {"sub": user, "exp": int(time.time()) + TOKEN_SECONDS, **claims}
    key = OctKey.import_key(secret)
    return jws.serialize_compact({"alg": "HS256"}, json.dumps(payload).encode(), key)


def _steps(output: str) -> Iterator[tuple[str, Any]]:
    """Read the lines that tell steps; the SDK writes lines of its own in between."""
    for line in output.splitlines():
        if line.startswith('{"step":'):
            told = json.loads(line)
            yield told["step"], told["result"]


def _check_hash(submit: Mapping[str, Any]) -> None:
    """Three implementations agree with the ledger: the SDK's two, and ours."""
    ours = prepared_hash(decode_prepared(base64.b64decode(submit["preparedTransaction"])))
    hashes = {
        "ledger": submit["preparedTransactionHash"],
        "sdk": submit["hashOfSdk"],
        "visualizer": submit["hashOfVisualizer"],
        "ours": base64.b64encode(ours).decode(),
    }
    assert len(set(hashes.values())) == 1, hashes
