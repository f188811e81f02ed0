"""Access to a guarded participant: by an OIDC issuer or a token, in processes and commands."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from cantata.config import SettingsRefused, load
from cantata.ops.doctor.model import Finding
from cantata.ops.doctor.visit import visit
from cantata.storage.settings import DatabaseSettings
from tests.api.process import SANDBOX, Sandbox, running
from tests.api.tokens import AUTH, payload, signed
from tests.integration.world import CANTATA, ROOT

CLIENT = {"CANTATA_LEDGER_OIDC_CLIENT": "cantata", "CANTATA_LEDGER_OIDC_SECRET": "s3cret"}


@dataclass
class Issuer:
    """An OIDC issuer of the test's own: what it says about itself, and what it was asked."""

    url: str = ""
    names_itself: str = ""
    user: str = "participant_admin"
    asked: list[dict[str, str]] = field(default_factory=list)

    def describe(self) -> dict[str, str]:
        return {"issuer": self.names_itself or self.url, "token_endpoint": f"{self.url}/token"}

    def answer(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.asked.append(form)
        if form.get("client_secret") != CLIENT["CANTATA_LEDGER_OIDC_SECRET"]:
            return 401, {"error": "invalid_client"}
        return 200, {"access_token": signed(payload(self.user)), "expires_in": 300}


@contextmanager
def issuing() -> Iterator[Issuer]:
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(200, issuer.describe())

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(*issuer.answer({name: each for name, (each,) in parse_qs(sent).items()}))

        def _say(self, status: int, body: object) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield issuer
        server.shutdown()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running(tmp_path_factory.mktemp("guarded"), "--auth", AUTH, command=SANDBOX) as started:
        yield started


@pytest.fixture
def chosen(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    guarded: Sandbox,
    database_settings: DatabaseSettings,
) -> pytest.MonkeyPatch:
    monkeypatch.setenv("CANTATA_LEDGER_URL", guarded.url)
    monkeypatch.setenv("CANTATA_DATABASE_URL", database_settings.url)
    monkeypatch.setenv("CANTATA_DATA_DIR", str(tmp_path))
    return monkeypatch


def given(chosen: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        chosen.setenv(name, value)


def findings() -> list[Finding]:
    return [each.finding for each in visit(load())]


def listed() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CANTATA, "ledger", "users", "--output", "json"],
        check=False,
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_an_issuer_gives_tokens_to_processes_and_commands(chosen: pytest.MonkeyPatch) -> None:
    with issuing() as issuer:
        given(chosen, **CLIENT, CANTATA_LEDGER_OIDC_ISSUER=f"{issuer.url}/")
        given(chosen, CANTATA_LEDGER_OIDC_AUDIENCE="ledger", CANTATA_LEDGER_OIDC_SCOPE="daml_api")
        assert findings() == [Finding.RIGHTS_MISSING, Finding.CONTRACTS_MISSING]
        done = listed()
        assert done.returncode == 0, done.stderr
        assert "participant_admin" in [each["user"] for each in json.loads(done.stdout)]
        assert [(each["audience"], each["scope"]) for each in issuer.asked] == [
            ("ledger", "daml_api"),
            ("ledger", "daml_api"),
        ]


def test_the_names_of_the_quickstart_are_known(chosen: pytest.MonkeyPatch) -> None:
    with issuing() as issuer:
        given(chosen, AUTH_ISSUER_URL=issuer.url)
        given(chosen, AUTH_CLIENT_ID="cantata", AUTH_CLIENT_SECRET="s3cret")
        assert findings() == [Finding.RIGHTS_MISSING, Finding.CONTRACTS_MISSING]
        assert listed().returncode == 0


def test_a_wrong_secret_is_refused(chosen: pytest.MonkeyPatch) -> None:
    with issuing() as issuer:
        given(chosen, **CLIENT, CANTATA_LEDGER_OIDC_ISSUER=issuer.url)
        given(chosen, CANTATA_LEDGER_OIDC_SECRET="wrong")
        assert findings() == [Finding.TOKEN_REFUSED]
        done = listed()
        assert done.returncode == 1
        assert json.loads(done.stderr)["code"] == "TOKEN_REFUSED"


def test_an_issuer_that_describes_another_one_is_refused(chosen: pytest.MonkeyPatch) -> None:
    with issuing() as issuer:
        issuer.names_itself = "https://somebody.else"
        given(chosen, **CLIENT, CANTATA_LEDGER_OIDC_ISSUER=issuer.url)
        assert findings() == [Finding.TOKEN_REFUSED]
        assert issuer.asked == []


def test_an_issuer_that_is_down_is_told_from_the_ledger(chosen: pytest.MonkeyPatch) -> None:
    given(chosen, **CLIENT, CANTATA_LEDGER_OIDC_ISSUER="http://127.0.0.1:9")
    (found,) = visit(load())
    assert found.finding is Finding.ISSUER_DOWN
    assert "127.0.0.1:9" in found.message
    assert listed().returncode == 3


def test_a_fixed_token_will_do(chosen: pytest.MonkeyPatch) -> None:
    given(chosen, CANTATA_LEDGER_TOKEN=signed(payload("participant_admin")))
    assert findings() == [Finding.RIGHTS_MISSING, Finding.CONTRACTS_MISSING]
    assert listed().returncode == 0


def test_half_of_the_credentials_is_refused(chosen: pytest.MonkeyPatch) -> None:
    given(chosen, CANTATA_LEDGER_OIDC_ISSUER="https://issuer.example")
    with pytest.raises(SettingsRefused) as caught:
        load()
    assert len(caught.value.faults) == 2
