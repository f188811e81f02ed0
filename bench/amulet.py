"""Loads splice-amulet's DAR and replays the recorded Amulet session on the ledger in this process.

`python -m bench.amulet DARS [RECORDING]`: the folder of the real DARs, and of the recorded
exchanges (default `../shared/data/amulet`). It prints the seconds to load the DAR cold and from
caches, and the commands that the ledger takes in a second: accepted and refused ones, every
reading left out; first with code still to be translated, then again with warm code.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bench import load_dar
from cantata.sandbox.engine import Engine
from tests.ledger.amulet.recording import Execute, Implied, Prepare, Submit
from tests.ledger.amulet.run import Run
from tests.ledger.amulet.world import engine_of, read_dars

RECORDING = Path(__file__).resolve().parents[2] / "shared" / "data" / "amulet"
COMMANDS = (Submit, Prepare, Execute, Implied)
REPEATS = 5


def main(arguments: list[str]) -> int:
    """Measure and print."""
    if len(arguments) not in (1, 2):
        print(__doc__)
        return 2
    paths = tuple(sorted(Path(arguments[0]).rglob("*.dar")))
    recording = Path(arguments[1]) if len(arguments) == 2 else RECORDING
    amulet = next(path for path in paths if path.name.startswith("splice-amulet-0.1.14"))
    load_dar.main([str(amulet)])
    engine = engine_of(read_dars(paths))
    print(f"first replay: {_replay(recording, engine)}")
    for _ in range(REPEATS):
        print(f"warm replay: {_replay(recording, engine)}")
    return 0


def _replay(recording: Path, engine: Engine) -> str:
    run = Run.of(recording, engine)
    run.steps = [step for step in run.steps if isinstance(step, COMMANDS)]
    start = time.perf_counter()
    run.play()
    seconds = time.perf_counter() - start
    done = len(run.offsets) + len(run.refused)
    return (
        f"{len(run.offsets)} transactions and {len(run.refused)} refusals in {seconds:.2f} s, "
        f"{done / seconds:.0f} a second"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
