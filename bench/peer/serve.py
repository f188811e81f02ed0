"""The peer's process: takes work line by line as JSON and answers what it took.

python -m bench.peer.serve ACCOUNTS
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version

from bench.peer.chain import Chain


def main(accounts: int) -> None:
    """Serve until the input ends."""
    chain = Chain(accounts)
    print(json.dumps({"py-evm": version("py-evm"), "coincurve": version("coincurve")}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        count = order["transfers"]
        if order["work"] == "mine":
            taken = chain.mine(count, order["per_block"])
        else:
            taken = chain.apply(count, recovered=order["work"] == "apply-recovered")
        print(json.dumps({**taken, "transfers": count, "transactions": count}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
