"""Accounts from the command line: organisations, and a key file that signs what it has read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner

from cantata.cli.app import app
from tests.api.platform.running import Client, Platform
from tests.api.platform.test_story import new_token


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    key = Ed25519PrivateKey.generate()
    path = tmp_path / "key.pem"
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def said(platform: Platform, client: Client, *words: str) -> Any:
    noun, *rest = words
    given = {"CANTATA_API_URL": platform.url, "CANTATA_API_KEY": client.token}
    done = CliRunner().invoke(app, [noun, *rest], env=given)
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def test_organisations_are_founded_and_filled(platform: Platform) -> None:
    founder, clerk = platform.onboard(), platform.onboard()
    made = said(platform, founder, "organisations", "found", "Dock 7")
    given = (made["id"], clerk.user, "--role", "AUDITOR")
    assert said(platform, founder, "organisations", "add", *given) == {"changed": True}
    held = said(platform, clerk, "organisations", "members", made["id"], "--output", "json")
    assert {"user": clerk.user, "roles": ["AUDITOR"]} in held
    (own,) = said(platform, clerk, "organisations", "list", "--output", "json")
    assert own["name"] == "Dock 7"
    assert said(platform, clerk, "organisations", "remove", *given) == {"changed": True}
    assert said(platform, clerk, "organisations", "list", "--output", "json") == []


def test_a_key_file_signs_what_it_read(platform: Platform, key_file: Path) -> None:
    issuer, owner = platform.onboard(), platform.onboard()
    token = new_token(issuer, "CLI")
    made = said(platform, owner, "users", "own-key", str(key_file), "--name", "Savings")
    party = made["result"]["party"]
    held = said(platform, owner, "users", "parties", "--output", "json")
    assert party in [each["party"] for each in held]
    waiting = owner.post("/v1/preapprovals", {"token": token, "receiver": party}).json()
    assert waiting["state"] == "awaiting_signature"
    given = {"CANTATA_API_URL": platform.url, "CANTATA_API_KEY": owner.token}
    command = ["users", "sign", waiting["id"], str(key_file)]
    declined = CliRunner().invoke(app, command, env=given, input="n\n")
    assert declined.exit_code == 1
    assert party in declined.stderr, "what is to be signed is shown"
    assert owner.get(f"/v1/operations/{waiting['id']}").json()["state"] == "awaiting_signature"
    done = said(platform, owner, *command, "--yes")
    assert done["state"] == "completed"
