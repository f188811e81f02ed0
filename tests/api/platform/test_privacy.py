"""A stranger's token opens nothing that is others': every path that reads is tried with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from cantata.api.app import described
from tests.api.platform.running import Client, Platform
from tests.api.platform.test_story import new_token

MEMO = "for nobody else's eyes"
PERIOD = {"begin": "2020-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z"}
PUBLIC = {"/livez", "/readyz", "/metrics", "/version"}
OPEN = {
    "/v1/tokens",
    "/v1/tokens/{admin}/{symbol}",
    "/v1/tokens/{admin}/{symbol}/classes",
    "/v1/tokens/{admin}/{symbol}/documents",
    "/v1/tokens/{admin}/{symbol}/metadata",
    "/v1/tokens/{admin}/{symbol}/rules",
    "/v1/tokens/{admin}/{symbol}/supply",
    "/v1/admin",
}
"""What every user may read of a token: what it is, not who has it."""

STAFF = "/v1/exchange/"
"""What only the staff of the exchange may read: others are told so, whether it exists or not."""

_EXCHANGE = ("account", "deposit", "withdrawal", "webhook", "delivery")


@dataclass(kw_only=True)
class Scene:
    """What others did, under the names that paths have for it, and what must not be seen."""

    names: dict[str, str]
    queries: dict[str, dict[str, str]]
    secrets: dict[str, str]


def reads() -> list[str]:
    return sorted(path for path, found in described()["paths"].items() if "get" in found)


@pytest.fixture(scope="module")
def scene(platform: Platform) -> Scene:
    issuer, alice, bob = platform.onboard(), platform.onboard(), platform.onboard()
    token = new_token(issuer, "SECRET")
    body = {"token": token, "receiver": alice.party, "amount": "77.31"}
    assert issuer.post("/v1/mints", body).status_code == 200
    move = {"token": token, "sender": alice.party, "receiver": bob.party, "amount": "3.17"}
    offered = alice.post("/v1/transfers", {**move, "memo": MEMO}).json()
    organisation = issuer.post("/v1/organisations", {"name": "Quiet Ltd"}).json()["id"]
    issuer.post("/v1/keys", {"name": "quiet key"})
    role = f"ADMIN@org:{organisation}"
    return Scene(
        names={
            "admin": issuer.party,
            "symbol": "SECRET",
            "holder": alice.party,
            "offer": offered["result"]["offer"],
            "operation_id": offered["id"],
            "approval_id": offered["id"],
            "batch": offered["id"],
            "organisation": organisation,
            "party": issuer.party,
            **dict.fromkeys(_EXCHANGE, offered["id"]),
        },
        queries={
            "/v1/parties/rights": {"party": alice.party},
            "/v1/roles/members": {"role": role},
            "/v1/statements": {"party": alice.party, **PERIOD},
            "/v1/tokens/{admin}/{symbol}/statistics/series": PERIOD,
        },
        secrets={
            "holder": alice.party,
            "receiver": bob.party,
            "user": alice.user,
            "offer": offered["result"]["offer"],
            "operation": offered["id"],
            "memo": MEMO,
            "organisation": organisation,
            "its name": "Quiet Ltd",
            "key": "quiet key",
            "amount": "3.17",
        },
    )


def asked(client: Client, path: str, scene: Scene) -> Any:
    filled = path.format(**scene.names)
    return client.get(filled, **scene.queries.get(path, {}))


@pytest.mark.parametrize("path", reads())
def test_a_stranger_sees_nothing_of_others(platform: Platform, scene: Scene, path: str) -> None:
    stranger = platform.onboard()
    answer = asked(stranger, path, scene)
    if path.startswith(STAFF):
        assert (answer.status_code, answer.json()["code"]) == (403, "NOT_ALLOWED")
    else:
        assert answer.status_code in (200, 404), answer.text
    if path not in PUBLIC | OPEN and not path.startswith(STAFF):
        assert "{" not in path or answer.status_code == 404, answer.text
        if path in scene.queries:
            assert answer.status_code == 404, answer.text
    told = answer.text
    if answer.status_code == 404:
        # Who asks for a name may hear that name again, and nothing else.
        for name in (*scene.names.values(), *scene.queries.get(path, {}).values()):
            told = told.replace(name, "")
    for what, secret in scene.secrets.items():
        assert secret not in told, what


@pytest.mark.parametrize("path", reads())
def test_without_credentials_nothing_is_told(platform: Platform, scene: Scene, path: str) -> None:
    answer = asked(platform.anonymous(), path, scene)
    if path in PUBLIC:
        assert answer.status_code == 200
        for what, secret in scene.secrets.items():
            assert secret not in answer.text, what
    else:
        assert (answer.status_code, answer.json()["code"]) == (401, "NOT_AUTHENTICATED")


def test_what_is_hidden_and_what_is_not_there_look_alike(platform: Platform, scene: Scene) -> None:
    stranger = platform.onboard()
    absent = {
        "/v1/operations/{}": (scene.names["operation_id"], "0" * 8 + "-0000-4000-8000-" + "0" * 12),
        "/v1/organisations/{}/members": (
            scene.names["organisation"],
            "0" * 8 + "-0000-4000-8000-" + "0" * 12,
        ),
    }
    for path, (hidden, none) in absent.items():
        first, second = (stranger.get(path.format(name)) for name in (hidden, none))
        assert first.status_code == second.status_code == 404
        texts = [
            {**answer.json(), "request_id": "", "detail": answer.json()["detail"].replace(name, "")}
            for answer, name in ((first, hidden), (second, none))
        ]
        for text in texts:
            text.pop("context", None)
        assert texts[0] == texts[1]
