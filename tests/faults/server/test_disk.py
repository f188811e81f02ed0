"""A sandbox on a disk that is full, torn or damaged: what it says, and what it still does."""

from __future__ import annotations

import resource
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.faults.server.ledger import Command, Knowledge
from tests.faults.server.life import Client, Life, Refused

FILE_BYTES_MAX = 700_000
COMMANDS_MAX = 20_000
EXIT_REFUSED = 1
NEW = "/v2/commands/submit-and-wait"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def fill(client: Client, knowledge: Knowledge, commands: int) -> None:
    """Submit so many commands more; each is acknowledged."""
    done = len(knowledge.acknowledged)
    for number in range(done, done + commands):
        command = Command(f"command-{number}")
        answer = client.post(NEW, command.body(knowledge.party))
        knowledge.acknowledged[command.id] = answer["updateId"], answer["completionOffset"]


def killed(path: Path, commands: int) -> Knowledge:
    """Give what is known of a ledger whose process was killed after some commands."""
    knowledge, life = Knowledge(), Life(path)
    life.wait_until_ready()
    with closing(Client(life)) as client:
        knowledge.ask_for_party(client)
        fill(client, knowledge, commands)
    life.kill()
    return knowledge


def assert_whole(knowledge: Knowledge, life: Life) -> None:
    """Check that all that was acknowledged is there."""
    life.wait_until_ready()
    with closing(Client(life)) as client:
        knowledge.ask_for_party(client)
        knowledge.follow(client)
        knowledge.check()
        fill(client, knowledge, 3)
    assert life.stop() == 0


def test_a_full_disk_refuses_commands_and_goes_on_reading(path: Path) -> None:
    knowledge, life = Knowledge(), Life(path, bytes_max=FILE_BYTES_MAX)
    life.wait_until_ready()
    with closing(Client(life)) as client:
        knowledge.ask_for_party(client)
        refused = _fill_up(client, knowledge)
        assert refused.status == 503
        assert refused.code == "SERVICE_NOT_RUNNING"
        assert refused.body["errorCategory"] == 1
        assert "disk" in refused.body["cause"]
        with pytest.raises(Refused) as again:
            client.post("/v2/parties", {"partyIdHint": "bob"})
        assert again.value.status == 503
        knowledge.follow(client)
        knowledge.check()
        assert client.get("/v2/users/participant_admin")["user"]["id"] == "participant_admin"
        _, hard = resource.prlimit(life.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(life.pid, resource.RLIMIT_FSIZE, (hard, hard))
        _until_taken(client, knowledge)
        knowledge.resolve(client)
        fill(client, knowledge, 20)
        knowledge.follow(client)
        knowledge.check()
    life.kill()
    assert_whole(knowledge, Life(path))


def _fill_up(client: Client, knowledge: Knowledge) -> Refused:
    for number in range(COMMANDS_MAX):
        command = Command(f"filling-{number}")
        try:
            answer = client.post(NEW, command.body(knowledge.party))
        except Refused as refused:
            knowledge.unknown[command.id] = command
            return refused
        knowledge.acknowledged[command.id] = answer["updateId"], answer["completionOffset"]
    raise AssertionError("it was never full")


def _until_taken(client: Client, knowledge: Knowledge) -> None:
    """Submit again and again: the first command after recovery may be told to come again."""
    command = next(iter(knowledge.unknown.values()))
    for _ in range(3):
        with suppress(Refused):
            client.post(NEW, command.body(knowledge.party))
            return
    raise AssertionError("it did not recover")


def test_a_torn_tail_is_cut(path: Path) -> None:
    knowledge = killed(path, 20)
    log = path.with_name(path.name + "-wal")
    whole = log.read_bytes()
    with log.open("ab") as file:
        file.write(whole[-5_000:-1_000])
    assert_whole(knowledge, Life(path))


def _first_frame(path: Path) -> Path:
    """Flip a bit of what was committed first, in the write-ahead log."""
    log = path.with_name(path.name + "-wal")
    _flip(log, 32 + 24 + 4_000)
    return log


def _header(path: Path) -> Path:
    """Overwrite the beginning of the file."""
    with path.open("r+b") as file:
        file.write(b"not a database at all")
    return path


def _flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1]))


@pytest.mark.parametrize("damage", [_first_frame, _header])
def test_damage_elsewhere_is_refused_with_its_place(
    path: Path, damage: Callable[[Path], Path]
) -> None:
    killed(path, 20)
    place = damage(path)
    code, said = Life(path).ends_by_itself()
    assert code == EXIT_REFUSED
    assert str(place) in said.replace("\n", "")
    assert "Traceback" not in said


def test_a_flipped_bit_in_a_batch_is_refused_with_its_number(path: Path) -> None:
    knowledge, life = Knowledge(), Life(path)
    life.wait_until_ready()
    with closing(Client(life)) as client:
        knowledge.ask_for_party(client)
        fill(client, knowledge, 20)
    assert life.stop() == 0
    content = path.read_bytes()
    _flip(path, content.index(b"command-7"))
    code, said = Life(path).ends_by_itself()
    assert code == EXIT_REFUSED
    assert "CORRUPT_STORE" in said
    assert "batch" in said


def test_a_store_in_use_is_refused(path: Path) -> None:
    life = Life(path)
    life.wait_until_ready()
    code, said = Life(path).ends_by_itself()
    assert code == EXIT_REFUSED
    assert "STORE_IN_USE" in said
    assert life.stop() == 0
