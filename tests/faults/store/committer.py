"""A process that commits as fast as it can and writes down what was acknowledged.

The process that kills it finds the acknowledgements in a file: what was written there before the
kill is there after it.
"""

from __future__ import annotations

import random
from collections import deque
from pathlib import Path

from cantata.sandbox.store import Options, SqliteStore, Ticket
from tests.faults.store.transfers import Transfers

HOLDERS = 20
IN_FLIGHT_MAX = 64
SNAPSHOT_UPDATES = 150
PRUNE_ONE_IN = 150
KEPT_UPDATES = 400


def commit(path: str, acknowledged: str, seed: int) -> None:
    """Commit until killed; each update with an entry of a table in the same batch."""
    chance = random.Random(seed)
    store = SqliteStore(path, Options(snapshot_updates=SNAPSHOT_UPDATES))
    transfers = Transfers(HOLDERS)
    transfers.skip(store.end())
    waiting: deque[tuple[Ticket, list[str]]] = deque()
    with Path(acknowledged).open("a", buffering=1, encoding="utf-8") as file:
        while True:
            lines = []
            for _ in range(chance.randint(1, IN_FLIGHT_MAX)):
                with store.together():
                    update = transfers.next(store)
                    store.put("commands", update.command_id, update.offset)
                lines.append(f"{update.offset} {update.update_id}\n")
            waiting.append((store.sync(), lines))
            if chance.randrange(PRUNE_ONE_IN) == 0 and store.end() > KEPT_UPDATES:
                store.prune(max(store.pruned(), store.end() - KEPT_UPDATES))
            while len(waiting) > 2 or (waiting and waiting[0][0].done()):
                ticket, written = waiting.popleft()
                ticket.result()
                file.write("".join(written))
