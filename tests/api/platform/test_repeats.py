"""A repeat has the first answer, whatever was changed since it was asked first."""

from __future__ import annotations

from typing import Any

from tests.api.platform.running import Client, Platform
from tests.api.platform.test_bad_input import refused
from tests.api.platform.test_story import new_token


def settle(caller: Client, *, freely: bool) -> None:
    settings = {"party": caller.party, "receives_freely": freely}
    answer = caller.post("/v1/parties:settings", settings)
    assert answer.status_code == 200, answer.text


def test_a_mint_is_repeated_after_settings_and_rules_changed(platform: Platform) -> None:
    issuer, alice = platform.onboard(), platform.onboard()
    token = new_token(issuer, "AGAIN")
    body: dict[str, Any] = {"token": token, "receiver": alice.party, "amount": "5"}
    settle(alice, freely=True)
    first = issuer.post("/v1/mints", body, key="once")
    assert (first.status_code, first.json()["state"]) == (200, "completed"), first.text
    assert "Idempotency-Hit" not in first.headers
    settle(alice, freely=False)
    stopped = {"operations": ["mint"], "reason": "a review"}
    paused = issuer.post(f"/v1/tokens/{token['admin']}/{token['id']}:pause", stopped)
    assert paused.status_code == 200, paused.text
    again = issuer.post("/v1/mints", body, key="once")
    assert (again.status_code, again.headers["Idempotency-Hit"]) == (200, "true"), again.text
    assert again.json() == first.json()
    refused(
        issuer.post("/v1/mints", {**body, "amount": "6"}, key="once"), 409, "IDEMPOTENCY_CONFLICT"
    )
    held = alice.get("/v1/balances", admin=token["admin"], symbol=token["id"]).json()["items"]
    assert [each["free"] for each in held] == ["5.0"]
