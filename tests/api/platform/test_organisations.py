"""Organisations: their members act for their parties by their roles, and nobody else sees them."""

from __future__ import annotations

import uuid

import pytest

from tests.api.platform.running import Client, Platform
from tests.api.platform.test_story import balance, new_token


@pytest.fixture(scope="module")
def founder(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture(scope="module")
def organisation(founder: Client) -> str:
    made = founder.post("/v1/organisations", {"name": "Harbour & Sons <Ltd>"}, key="harbour")
    assert made.status_code == 201, made.text
    again = founder.post("/v1/organisations", {"name": "Harbour & Sons <Ltd>"}, key="harbour")
    assert again.headers["Idempotency-Hit"] == "true"
    assert again.json() == made.json()
    identity: str = made.json()["id"]
    return identity


def add(client: Client, organisation: str, user: str, role: str = "MEMBER", **more: str) -> int:
    body = {"user": user, "role": role, **more}
    return client.post(f"/v1/organisations/{organisation}/members:add", body).status_code


def remove(client: Client, organisation: str, user: str, role: str = "MEMBER") -> int:
    body = {"user": user, "role": role}
    return client.post(f"/v1/organisations/{organisation}/members:remove", body).status_code


def members(client: Client, organisation: str) -> dict[str, list[str]]:
    found = client.get(f"/v1/organisations/{organisation}/members").json()
    return {each["user"]: each["roles"] for each in found}


def test_the_founder_holds_all_roles(founder: Client, organisation: str) -> None:
    (own,) = founder.get("/v1/organisations").json()
    assert (own["id"], own["name"]) == (organisation, "Harbour & Sons <Ltd>")
    assert own["roles"] == ["ADMIN", "AUDITOR", "MEMBER", "OPERATOR"]
    assert founder.get("/v1/me").json()["organisations"] == [own]


def test_members_come_and_go(platform: Platform, founder: Client, organisation: str) -> None:
    clerk = platform.onboard()
    assert clerk.get(f"/v1/organisations/{organisation}/members").status_code == 404
    assert add(founder, organisation, clerk.user) == 200
    assert members(clerk, organisation)[clerk.user] == ["MEMBER"]
    assert add(clerk, organisation, clerk.user, "ADMIN") == 403
    assert remove(clerk, organisation, founder.user) == 403
    assert add(founder, organisation, str(uuid.uuid4())) == 404
    assert remove(clerk, organisation, clerk.user) == 200, "everybody may leave"
    assert clerk.get("/v1/organisations").json() == []
    assert remove(founder, organisation, founder.user, "ADMIN") == 409, "the last admin stays"


def test_operators_act_and_auditors_read(
    platform: Platform, founder: Client, organisation: str
) -> None:
    token = new_token(founder, "ORG")
    body = {"token": token, "receiver": founder.party, "amount": "10"}
    assert founder.post("/v1/mints", body).status_code == 200
    operator, auditor = platform.onboard(), platform.onboard()
    for role, right in (("OPERATOR", "act_as"), ("AUDITOR", "read_as")):
        given = {"party": founder.party, "role": f"{role}@org:{organisation}", "right": right}
        answer = founder.post("/v1/parties/rights:give", given)
        assert answer.json() == {"changed": True}, answer.text
    for client in (operator, auditor):
        assert client.get("/v1/balances", party=founder.party).status_code == 404
    assert add(founder, organisation, operator.user, "OPERATOR") == 200
    assert add(founder, organisation, auditor.user, "AUDITOR") == 200
    move = {"token": token, "sender": founder.party, "receiver": operator.party, "amount": "1"}
    assert auditor.get("/v1/balances", party=founder.party).status_code == 200
    assert auditor.post("/v1/transfers", move).status_code == 403
    assert operator.post("/v1/transfers", move).status_code == 200
    assert founder.party in [each["party"] for each in operator.get("/v1/parties").json()]
    rights = founder.get("/v1/parties/rights", party=founder.party).json()
    assert f"OPERATOR@org:{organisation}" in [each["role"] for each in rights]
    assert remove(founder, organisation, operator.user, "OPERATOR") == 200
    assert operator.post("/v1/transfers", move).status_code == 404
    ended = {"user": auditor.user, "role": "AUDITOR", "expires_at": "2020-01-01T00:00:00Z"}
    path = f"/v1/organisations/{organisation}/members:add"
    assert founder.post(path, ended).status_code == 200
    assert auditor.get("/v1/balances", party=founder.party).status_code == 404
    taken = {"party": founder.party, "role": f"AUDITOR@org:{organisation}", "right": "read_as"}
    assert founder.post("/v1/parties/rights:take", taken).json() == {"changed": True}
    assert balance(founder, token)[0] == "9.0"


def test_strangers_learn_nothing(platform: Platform, founder: Client, organisation: str) -> None:
    stranger = platform.onboard()
    role = f"ADMIN@org:{organisation}"
    assert role not in [each["role"] for each in stranger.get("/v1/roles").json()]
    assert role in [each["role"] for each in founder.get("/v1/roles").json()]
    assert stranger.get("/v1/roles/members", role=role).status_code == 404
    body = {"role": role, "user": stranger.user}
    unknown = {"role": f"ADMIN@org:{uuid.uuid4()}", "user": stranger.user}
    for verb in ("grant", "revoke", "renounce"):
        answers = [stranger.post(f"/v1/roles:{verb}", each) for each in (body, unknown)]
        assert [each.status_code for each in answers] == [404, 404], verb
    given = {"party": stranger.party, "role": role, "right": "act_as"}
    assert stranger.post("/v1/parties/rights:give", given).status_code == 404
    for body in ({"party": stranger.party, "right": "act_as"},
                 {**given, "user": stranger.user}):  # fmt: skip
        unclear = stranger.post("/v1/parties/rights:give", body)
        assert (unclear.status_code, unclear.json()["code"]) == (422, "HOLDER_UNCLEAR")


def test_organisations_are_bounded(platform: Platform) -> None:
    busy = platform.onboard()
    codes = [busy.post("/v1/organisations", {"name": f"{n}"}).status_code for n in range(21)]
    assert codes == [201] * 20 + [422]
