"""Our process: takes work line by line as JSON and answers what it took.

python -m bench.tokens.serve PARTIES HOLDINGS

The garbage collector works as in every `cantata` process.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from bench.conditions import resident_bytes
from bench.tokens.work import WORKS
from bench.tokens.world import World
from cantata.kernel.collector import relax_collector


def main(parties: int, holdings: int) -> None:
    """Serve until the input ends."""
    relax_collector()
    world = World(parties=parties, holdings=holdings)
    print(json.dumps({"holdings": holdings, "resident": resident_bytes()}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        leg = WORKS[order["work"]](world, order["transfers"])
        print(json.dumps(asdict(leg)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
