"""What is logged of a whole story has no secret in it: no token, key, code, signature, address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cantata.accounts.couriers.chosen import OUTBOX
from cantata.bootstrap import connections
from cantata.observability.events import configure
from cantata.storage.settings import DatabaseSettings
from tests.api.platform.running import SECRET, Client, Platform, running_platform
from tests.api.platform.wallet import Wallet
from tests.api.process import Sandbox

EMAIL = "somebody.private@example.com"


@pytest.fixture
def talkative(
    tmp_path: Path, database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> Iterator[Platform]:
    with running_platform(
        tmp_path, database_settings, shared_sandbox.url, onboarding="verified", log_level="debug"
    ) as started:
        yield started


def code_of(platform: Platform) -> str:
    last = (platform.settings.folder / OUTBOX).read_text().splitlines()[-1]
    code: str = json.loads(last)["code"]
    return code


def test_logs_have_no_secrets(
    talkative: Platform, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Loggers write where standard error was when they were configured.
    configure("debug", "json")
    secrets = {"service": SECRET, "address": EMAIL}
    secrets["administrator"] = (
        (talkative.settings.folder / connections.ADMIN_KEY_FILE).read_text().strip()
    )
    anonymous = talkative.anonymous()
    anonymous.post("/v1/onboarding", {"email": EMAIL})
    secrets["code"] = code_of(talkative)
    wrong = {"email": EMAIL, "code": f"{(int(secrets['code']) + 1) % 10**8:08d}"}
    assert anonymous.post("/v1/onboarding:verify", wrong).status_code == 422
    entered = anonymous.post("/v1/onboarding:verify", {**wrong, "code": secrets["code"]}).json()
    session = entered["session"]
    secrets["access token"], secrets["refresh token"] = (
        session["access_token"],
        session["refresh_token"],
    )
    client = Client(http=talkative.http, token=session["access_token"])
    secrets["key"] = client.post("/v1/keys", {"name": "robot"}).json()["secret"]
    wallet = Wallet(client=client)
    order = wallet.order(wallet.prepare())
    secrets["signature"] = order["signature"]
    assert client.post("/v1/parties/external", order).status_code == 200
    Client(http=talkative.http, token=secrets["key"] + "x").get("/v1/me")
    renewed = anonymous.post("/v1/sessions:refresh", {"refresh_token": secrets["refresh token"]})
    secrets["next token"] = renewed.json()["access_token"]
    anonymous.post("/v1/sessions:refresh", {"refresh_token": secrets["refresh token"]})

    async def broken(*_: object) -> None:
        password, key = "postgresql://cantata:hunter2@db/x", secrets["key"]
        raise RuntimeError(f"cannot reach {password} {len(key)}")

    monkeypatch.setattr(talkative.app.state.accounts.roles, "of_user", broken, raising=False)
    fresh = Client(http=talkative.http, token=secrets["key"])
    assert fresh.get("/v1/me").status_code == 500
    told = "".join(capfd.readouterr())
    assert "request.failed" in told
    assert "mail.kept" in told
    for what, secret in {**secrets, "password": "hunter2"}.items():
        assert secret not in told, what
