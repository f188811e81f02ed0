"""Benchmarks with their conditions: `python -m bench [a1|business] [--quick]`.

Without a name all of the ledger run; `business` is what stands on it: loop, selection, ingestion.

The environment variable CANTATA_DARS names a folder with real DARs; without it their loading is
not measured.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bench import (
    business,
    compile_token,
    flatness,
    load_dar,
    restart,
    startup,
    store,
    token_transfers,
)
from bench.a1 import __main__ as a1
from bench.c1 import __main__ as c1

DAR = "splice-amulet-*.dar"


def main(arguments: list[str]) -> int:
    """Run one after the other; nothing else should use the machine meanwhile."""
    if "a1" in arguments:
        return a1.main(arguments)
    if "c1" in arguments:
        return c1.main(arguments)
    if "business" in arguments:
        return business.main(arguments)
    failed = token_transfers.main(arguments)
    print()
    failed |= flatness.main(arguments)
    print()
    failed |= compile_token.main(arguments)
    print()
    for measure in (startup.main, store.main, restart.main):
        failed |= measure(arguments)
        print()
    failed |= a1.main(arguments)
    failed |= c1.main(arguments)
    return failed | _load()


def _load() -> int:
    folder = os.environ.get("CANTATA_DARS")
    found = sorted(Path(folder).glob(DAR)) if folder else []
    if not found:
        print(f"loading of DARs is not measured: CANTATA_DARS names no folder with {DAR}")
        return 0
    print(f"load {found[-1].name}:")
    return load_dar.main([str(found[-1])])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
