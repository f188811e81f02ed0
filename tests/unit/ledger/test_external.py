"""External parties sign what they wanted, by a hash that they computed, and nothing else."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from cantata.ledger.client import LedgerClient
from cantata.ledger.services.external import NotAsIntended, checked_hash, intent_of
from cantata.ledger.settings import Settings
from cantata.ledger.signing import KeySigner, UnusableKeyFile, load_key_file
from cantata.ledger.submission import Submission
from cantata.lf.interactive.crypto import PrivateKey
from cantata.lf.interactive.topology import Hosting, onboarding
from tests.unit.ledger.recorded import exchanges


def recorded() -> tuple[Submission, bytes, bytes]:
    """Give a recorded preparation: what was wanted, what was prepared, and its hash."""
    exchange = exchanges()["ix_prepare_create"]
    asked, given = exchange["request"]["body"], exchange["response"]["body"]
    submission = Submission(
        commands=tuple(asked["commands"]),
        act_as=tuple(asked["actAs"]),
        command_id=asked["commandId"],
    )
    return (
        submission,
        base64.b64decode(given["preparedTransaction"]),
        base64.b64decode(given["preparedTransactionHash"]),
    )


def test_hash_is_computed_from_what_was_read() -> None:
    submission, prepared, digest = recorded()
    assert checked_hash(prepared, intent_of(submission)) == digest


def test_other_wishes_are_not_signed() -> None:
    submission, prepared, _ = recorded()
    other = dataclasses.replace(submission, command_id="other")
    with pytest.raises(NotAsIntended) as caught:
        checked_hash(prepared, intent_of(other))
    assert caught.value.differences
    (command,) = submission.commands
    assert isinstance(command, dict)
    altered = json.loads(json.dumps(command))
    altered["CreateCommand"]["createArguments"] = {"owner": "mallory::1220"}
    with pytest.raises(NotAsIntended):
        checked_hash(prepared, intent_of(dataclasses.replace(submission, commands=(altered,))))


@pytest.mark.parametrize("cut", [0, 1, 50])
def test_broken_transactions_are_not_signed(cut: int) -> None:
    submission, prepared, _ = recorded()
    with pytest.raises(NotAsIntended):
        checked_hash(prepared[:cut], intent_of(submission))


@pytest.mark.parametrize("forged", ["party", "key", "hosts", "none"])
def test_topology_that_is_not_ours_is_not_signed(forged: str) -> None:
    own, foreign = PrivateKey.generate(), PrivateKey.generate()
    host = Hosting("participant::1220" + "ab" * 32, 2)
    made = onboarding(
        "mallory" if forged == "party" else "alice",
        [foreign.public if forged == "key" else own.public],
        [host, host] if forged == "hosts" else [host],
    )
    paths: list[str] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        paths.append(request.url.path)
        if request.url.path.endswith("allocate"):
            return httpx2.Response(200, json={"partyId": str(made.party)})
        encoded = [base64.b64encode(each).decode() for each in made.transactions]
        return httpx2.Response(200, json={"topologyTransactions": encoded})

    async def play() -> str:
        mock = httpx2.MockTransport(handler)
        async with LedgerClient(Settings("http://ledger"), transport=mock) as ledger:
            signer = KeySigner(own)
            return await ledger.external.allocate("alice", signer, synchronizer_id="s")

    if forged == "none":
        assert asyncio.run(play()) == str(made.party)
    else:
        with pytest.raises(NotAsIntended):
            asyncio.run(play())
        assert len(paths) == 1


def test_key_files_are_for_their_owner_only(tmp_path: Path) -> None:
    key = PrivateKey.generate()
    path = tmp_path / "key.pem"
    path.write_bytes(key.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o644)
    with pytest.raises(UnusableKeyFile):
        load_key_file(path)
    path.chmod(0o600)
    assert load_key_file(path).public_key == key.public
    path.write_text("no key")
    with pytest.raises(UnusableKeyFile):
        load_key_file(path)
    with pytest.raises(UnusableKeyFile):
        load_key_file(tmp_path / "absent")
