"""Roles, rights and keys: nobody gets what nobody with the right gave."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from cantata.storage import audit
from cantata.storage.database import Database
from cantata.storage.errors import AuditBroken
from tests.api.platform.running import Client, Platform
from tests.api.platform.test_story import new_token


@pytest.fixture(scope="module")
def issuer(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture(scope="module")
def token(issuer: Client) -> dict[str, str]:
    return new_token(issuer, "ROLES")


def role(token: dict[str, str], name: str) -> str:
    return f"{name}@{token['admin']}/{token['id']}"


def changed(client: Client, verb: str, named: str, user: str) -> bool | int:
    answer = client.post(f"/v1/roles:{verb}", {"role": named, "user": user})
    return answer.json()["changed"] if answer.status_code == 200 else answer.status_code


def test_roles_follow_access_control(
    platform: Platform, issuer: Client, token: dict[str, str]
) -> None:
    other, minter, admin = platform.onboard(), role(token, "MINTER"), role(token, "ADMIN")
    assert changed(other, "grant", minter, other.user) == 403
    assert changed(issuer, "grant", minter, other.user) is True
    assert changed(issuer, "grant", minter, other.user) is False
    assert changed(other, "grant", minter, issuer.user) == 403, "a member is no admin"
    members = issuer.get("/v1/roles/members", role=minter).json()
    assert [each["user"] for each in members] == [issuer.user, other.user]
    assert changed(other, "renounce", minter, issuer.user) == 403
    assert changed(other, "renounce", minter, other.user) is True
    assert changed(issuer, "revoke", minter, other.user) is False
    assert changed(issuer, "revoke", admin, issuer.user) == 409, "the last admin stays"
    assert changed(issuer, "grant", "NONE", other.user) == 404


def test_the_admin_is_no_minter(issuer: Client, token: dict[str, str]) -> None:
    body = {"token": token, "receiver": issuer.party, "amount": "1"}
    assert issuer.post("/v1/mints", body).status_code == 200
    assert changed(issuer, "revoke", role(token, "MINTER"), issuer.user) is True
    refused = issuer.post("/v1/mints", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_ALLOWED")
    question = {"operation": "mint", "party": issuer.party, "role": role(token, "MINTER")}
    told = issuer.post("/v1/explain", question).json()
    assert (told["allowed"], told["rule"]) == (False, "role")
    assert changed(issuer, "grant", role(token, "MINTER"), issuer.user) is True
    assert issuer.post("/v1/mints", body).status_code == 200


def test_grants_expire(platform: Platform, issuer: Client, token: dict[str, str]) -> None:
    other, minter = platform.onboard(), role(token, "MINTER")
    body = {"role": minter, "user": other.user, "expires_at": "2020-01-01T00:00:00Z"}
    assert issuer.post("/v1/roles:grant", body).status_code == 200
    members = issuer.get("/v1/roles/members", role=minter).json()
    assert other.user not in [each["user"] for each in members]


def test_rights_let_others_act(platform: Platform, issuer: Client, token: dict[str, str]) -> None:
    clerk = platform.onboard()
    assert clerk.get("/v1/balances", party=issuer.party).status_code == 404
    right = {"party": issuer.party, "user": clerk.user, "right": "read_as"}
    assert issuer.post("/v1/parties/rights:give", right).json() == {"changed": True}
    assert clerk.get("/v1/balances", party=issuer.party).status_code == 200
    move = {"token": token, "sender": issuer.party, "receiver": clerk.party, "amount": "1"}
    assert clerk.post("/v1/transfers", move).status_code == 403
    assert issuer.post("/v1/parties/rights:take", right).json() == {"changed": True}
    assert clerk.get("/v1/balances", party=issuer.party).status_code == 404


def test_the_platform_has_one_administrator(platform: Platform, issuer: Client) -> None:
    admin = platform.administrator()
    assert issuer.get("/v1/admin").json()["admin"] == admin.get("/v1/me").json()["user"]
    grant = {"role": "DEFAULT_ADMIN", "user": issuer.user}
    assert issuer.post("/v1/roles:grant", grant).status_code == 403
    assert admin.post("/v1/roles:grant", grant).json()["code"] == "ROLE_NOT_GRANTABLE"
    wanted = {"user": issuer.user}
    assert issuer.post("/v1/admin/handover:begin", wanted).status_code == 403
    begun = admin.post("/v1/admin/handover:begin", wanted)
    assert begun.json()["pending_admin"] == issuer.user
    early = issuer.post("/v1/admin/handover:accept")
    assert (early.status_code, early.json()["code"]) == (409, "HANDOVER_TOO_EARLY")
    assert admin.post("/v1/admin/handover:cancel").json()["pending_admin"] is None
    assert issuer.post("/v1/admin/handover:accept").json()["code"] == "HANDOVER_REFUSED"


def test_keys_are_bounded_and_revoked_at_once(
    platform: Platform, issuer: Client, token: dict[str, str]
) -> None:
    scopes = [{"operation": "mint", "token": f"{token['admin']}/{token['id']}", "ceiling": "5"}]
    made = issuer.post("/v1/keys", {"name": "robot", "scopes": scopes}, key="robot")
    assert made.status_code == 201, made.text
    secret = made.json()["secret"]
    assert secret.startswith(f"ck_live_{made.json()['id']}_")
    again = issuer.post("/v1/keys", {"name": "robot", "scopes": scopes}, key="robot")
    assert again.headers["Idempotency-Hit"] == "true"
    assert "secret" not in again.json()
    robot = Client(http=platform.http, token=secret)
    body = {"token": token, "receiver": issuer.party, "amount": "5"}
    assert robot.post("/v1/mints", body).status_code == 200
    assert robot.post("/v1/mints", {**body, "amount": "5.01"}).status_code == 403
    burn = {"token": token, "owner": issuer.party, "amount": "1"}
    assert robot.post("/v1/burns", burn).status_code == 403
    assert robot.post("/v1/keys", {"name": "more"}).status_code == 403
    assert robot.get("/v1/holdings").status_code == 403
    assert issuer.post(f"/v1/keys/{made.json()['id']}:revoke").status_code == 200
    assert robot.post("/v1/mints", body).status_code == 401


def test_sessions_are_renewed_once(platform: Platform) -> None:
    email = "session@example.com"
    found = platform.anonymous().post("/v1/onboarding", {"email": email}).json()
    old = found["session"]["refresh_token"]
    anonymous = platform.anonymous()
    renewed = anonymous.post("/v1/sessions:refresh", {"refresh_token": old})
    assert renewed.status_code == 200, renewed.text
    fresh = Client(http=platform.http, token=renewed.json()["access_token"])
    assert fresh.get("/v1/me").json()["user"] == found["user"]
    stolen = anonymous.post("/v1/sessions:refresh", {"refresh_token": old})
    assert stolen.status_code == 401
    assert fresh.get("/v1/me").status_code == 401, "reuse ends the session"


def test_onboarding_again_is_the_same(platform: Platform) -> None:
    email = "Some.Body@Example.com"
    first = platform.anonymous().post("/v1/onboarding", {"email": email}).json()
    again = platform.anonymous().post("/v1/onboarding", {"email": email}).json()
    assert (first["user"], first["party"]) == (again["user"], again["party"])
    assert "some" not in first["party"].lower()
    caller = Client(http=platform.http, token=again["session"]["access_token"])
    assert caller.get("/v1/me").json()["email"] == "S***@example.com"


def test_privileged_actions_are_audited(platform: Platform, issuer: Client) -> None:
    async def look() -> tuple[int, list[str]]:
        async with Database(platform.stored) as database:
            async with database.read() as session:
                count = (await audit.verify(session)).entry
                rows = await session.all(text("SELECT DISTINCT action FROM audit"))
            async with database.write() as session:
                await session.run(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
                await session.run(text("UPDATE audit SET subject = 'x' WHERE entry = 2"))
            async with database.read() as session:
                with pytest.raises(AuditBroken):
                    await audit.verify(session)
            return count, [row.action for row in rows]

    count, actions = asyncio.run(look())
    assert count > 5
    assert {"roles.grant", "roles.revoke", "keys.make", "admin.begin", "tokens.mint"} <= set(
        actions
    )


def test_a_key_makes_none_that_is_good_from_elsewhere(issuer: Client) -> None:
    made = issuer.post("/v1/keys", {"name": "here", "addresses": ["127.0.0.1"]}).json()
    other = issuer.post("/v1/keys", {"name": "anywhere"}).json()
    here = Client(http=issuer.http, token=made["secret"])
    assert here.get("/v1/me").status_code == 200
    for path, body in (
        ("/v1/keys", {"name": "more"}),
        (f"/v1/keys/{other['id']}:rotate", None),
        (f"/v1/keys/{made['id']}:rotate", None),
    ):
        refused = here.post(path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "NOT_ALLOWED"), path
    anywhere = Client(http=issuer.http, token=other["secret"])
    assert anywhere.post(f"/v1/keys/{made['id']}:revoke").status_code == 200


def test_what_was_asked_for_is_listed_for_keys_that_read(issuer: Client) -> None:
    for scope, status in (("mint", 403), ("read", 200), ("*", 200)):
        body = {"name": scope, "scopes": [{"operation": scope}]}
        key = Client(http=issuer.http, token=issuer.post("/v1/keys", body).json()["secret"])
        assert key.get("/v1/operations").status_code == status, scope
