"""Kills a sandbox under load again and again, and checks each time what is left of its ledger.

``python -m tests.faults.server.kills 200`` does so 200 times.
"""

from __future__ import annotations

import itertools
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cantata.sandbox.store import SqliteStore
from tests.faults.server.ledger import Command, Knowledge
from tests.faults.server.life import Client, Life, Refused, Unreachable

CLIENTS = 6
LIFE_SECONDS_MAX = 0.3
UNBORN_ONE_IN = 8
START_SECONDS = 0.25
AGAIN_ONE_IN = 10
TAKE_ONE_IN = 3
KILLS_PER_STORE = 25


class Kills:
    """A store, and what clients know of it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._store = folder / "ledger.db"
        self._chance = random.Random(seed)
        self._numbers = itertools.count(1)
        self.knowledge = Knowledge()
        self.killed = 0

    def kill_once(self) -> None:
        """Start a sandbox, check it, put load on it, and kill it at any instant."""
        life = Life(self._store)
        if self._chance.randrange(UNBORN_ONE_IN) == 0:
            time.sleep(self._chance.uniform(0, START_SECONDS))
            life.kill()
        else:
            life.wait_until_ready()
            self._check_over_http(life)
            self._load_until_killed(life)
        self.killed += 1

    def finish(self) -> None:
        """Check once more over HTTP, end in good order, and compare the store with its log."""
        life = Life(self._store)
        life.wait_until_ready()
        self._check_over_http(life)
        assert life.stop() == 0
        self._check_file()

    def _check_over_http(self, life: Life) -> None:
        with closing(Client(life)) as client:
            self.knowledge.ask_for_party(client)
            self.knowledge.resolve(client)
            self.knowledge.follow(client)
        self.knowledge.check()

    def _load_until_killed(self, life: Life) -> None:
        with ThreadPoolExecutor(CLIENTS + 1) as clients:
            work = [
                clients.submit(self._submit, life, self._chance.random()) for _ in range(CLIENTS)
            ]
            work.append(clients.submit(self._follow, life))
            time.sleep(self._chance.uniform(0, LIFE_SECONDS_MAX))
            life.kill()
            for each in work:
                each.result()

    def _submit(self, life: Life, seed: float) -> None:
        chance = random.Random(seed)
        with closing(Client(life)) as client:
            for number in iter(lambda: next(self._numbers), 0):
                try:
                    self._submit_one(client, Command(f"command-{number}"), chance)
                except Unreachable:
                    return

    def _submit_one(self, client: Client, command: Command, chance: random.Random) -> None:
        knowledge = self.knowledge
        if knowledge.free and chance.randrange(TAKE_ONE_IN) == 0:
            command.takes = knowledge.free.pop()
        knowledge.unknown[command.id] = command
        path = "/v2/commands/submit-and-wait-for-transaction"
        body = {"commands": command.body(knowledge.party)}
        transaction = client.post(path, body)["transaction"]
        knowledge.acknowledged[command.id] = transaction["updateId"], transaction["offset"]
        del knowledge.unknown[command.id]
        created = [each["CreatedEvent"] for each in transaction["events"] if "CreatedEvent" in each]
        knowledge.free += [each["contractId"] for each in created]
        if not command.takes and chance.randrange(AGAIN_ONE_IN) == 0:
            _require_duplicate(client, command, knowledge)

    def _follow(self, life: Life) -> None:
        with closing(Client(life)) as client:
            try:
                while True:
                    self.knowledge.follow(client)
                    time.sleep(0.01)
            except Unreachable:
                return

    def _check_file(self) -> None:
        """Check every byte, and that the snapshot and the log make the same state."""
        with _opened(self._store) as store:
            store.verify()
            before = store.state_hash()
            store.snapshot()
        with _opened(self._store) as store:
            assert store.state_hash() == before, "the state after a snapshot"
        replayed = self._store.with_name("replayed.db")
        shutil.copy(self._store, replayed)
        with closing(sqlite3.connect(replayed, isolation_level=None)) as file:
            file.execute("DELETE FROM snapshots")
            file.execute("DELETE FROM segments")
        with _opened(replayed) as store:
            assert store.state_hash() == before, "the state after a replay"


def _require_duplicate(client: Client, command: Command, knowledge: Knowledge) -> None:
    with pytest.raises(Refused) as refused:
        client.post("/v2/commands/submit-and-wait", command.body(knowledge.party))
    assert refused.value.code == "DUPLICATE_COMMAND", refused.value


def _opened(path: Path) -> closing[SqliteStore]:
    return closing(SqliteStore(str(path)))


def rounds(wanted: int, seed: int) -> Iterator[Kills]:
    """Kill so many times, with a new ledger now and then; give what is known of each."""
    while wanted > 0:
        with TemporaryDirectory() as folder:
            kills = Kills(Path(folder), seed + wanted)
            for _ in range(min(KILLS_PER_STORE, wanted)):
                kills.kill_once()
            kills.finish()
            wanted -= kills.killed
            yield kills


def main() -> None:
    """Kill as often as the first argument says."""
    wanted, killed, acknowledged = int(sys.argv[1]), 0, 0
    for kills in rounds(wanted, random.randrange(2**32)):
        killed += kills.killed
        acknowledged += len(kills.knowledge.acknowledged)
        print(f"{killed} kills, {acknowledged} commands acknowledged, none lost", flush=True)


if __name__ == "__main__":
    main()
