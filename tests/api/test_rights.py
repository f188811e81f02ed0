"""Who may call what: every operation, asked by users of every right, and without a token."""

from __future__ import annotations

import pytest

from tests.api.calls import CALLS
from tests.api.calls.call import USERS
from tests.api.scene import Scene, events, grant, right, transactions, updates

OPEN_TO_ALL = frozenset(name for name, call in CALLS.items() if "without token" in call.opens)
REDACTED = {
    "code": "NA",
    "cause": "A security-sensitive error has been received",
    "context": {},
    "resources": [],
    "errorCategory": -1,
    "retryInfo": None,
    "definiteAnswer": None,
}


def require_redacted(body: dict[str, object], grpc: int) -> None:
    assert body.pop("traceId") == body.pop("correlationId")
    assert body.pop("grpcCodeValue") == grpc
    assert body == REDACTED


@pytest.mark.parametrize("operation", CALLS)
def test_rights(scene: Scene, operation: str) -> None:
    method, call = operation.partition(" ")[0], CALLS[operation]
    opened = set()
    for persona in sorted(USERS):
        path, body = call.good(scene)
        reply = scene.call(method, path, body, scene.personas[persona])
        if reply.status == 200:
            opened.add(persona)
        else:
            assert reply.status == 403, f"{persona}: {reply.status} {reply.content[:300]!r}"
            require_redacted(reply.json, 7)
    assert opened == call.opens - {"without token"}


@pytest.mark.parametrize("operation", sorted(CALLS.keys() - OPEN_TO_ALL))
def test_without_token_everything_is_closed(scene: Scene, operation: str) -> None:
    path, body = CALLS[operation].good(scene)
    before = scene.end()
    reply = scene.call(operation.partition(" ")[0], path, body, user=None)
    assert reply.status == 401
    require_redacted(reply.json, 16)
    assert scene.end() == before


@pytest.mark.parametrize("operation", sorted(OPEN_TO_ALL))
def test_what_needs_no_token(scene: Scene, operation: str) -> None:
    path, body = CALLS[operation].good(scene)
    assert scene.call(operation.partition(" ")[0], path, body, user=None).status == 200


def test_acting_for_several_needs_the_right_for_each(scene: Scene) -> None:
    actor = scene.personas["actor"]
    both = scene.submission(actAs=[scene.alice, scene.bob])
    path = "/v2/commands/submit-and-wait"
    assert scene.call("POST", path, both, actor).status == 403
    reading = scene.submission(readAs=[scene.bob])
    assert scene.call("POST", path, reading, actor).status == 403
    scene.done("POST", f"/v2/users/{actor}/rights", grant(actor, right("CanReadAs", scene.bob)))
    assert scene.call("POST", path, reading, actor).status == 200
    scene.done("PATCH", f"/v2/users/{actor}/rights", grant(actor, right("CanReadAs", scene.bob)))
    again = scene.submission(readAs=[scene.bob])
    assert scene.call("POST", path, again, actor).status == 403


def test_token_and_body_name_one_user(scene: Scene) -> None:
    body = scene.submission(userId=scene.personas["everything"])
    actor = scene.personas["actor"]
    assert scene.call("POST", "/v2/commands/submit-and-wait", body, actor).status == 403
    assert scene.call(
        "POST", "/v2/commands/submit-and-wait", {**body, "userId": actor}, actor
    ).status == 200  # fmt: skip


def test_who_may_only_read_follows_and_sends_nothing(scene: Scene) -> None:
    """As ingestion does: it needs no more than to read as the party."""
    user = scene.user("follower", [right("CanReadAs", scene.alice)])
    assert scene.asset
    end = scene.end()
    wanted = {"beginExclusive": 0, "endInclusive": end, "updateFormat": updates(scene.alice)}
    seen = scene.call("POST", "/v2/updates?limit=1", wanted, user)
    assert (seen.status, len(seen.json)) == (200, 1)
    for path in ("/v2/commands/submit-and-wait", "/v2/commands/async/submit"):
        assert scene.call("POST", path, scene.submission(), user).status == 403, path
    assert scene.end() == end


@pytest.mark.parametrize("persona,status", [("reader", 403), ("admin", 403), ("any-reader", 200)])
def test_every_party_needs_a_right_of_its_own(scene: Scene, persona: str, status: int) -> None:
    user, end = scene.personas[persona], scene.end()
    for path, body in (
        ("/v2/state/active-contracts?limit=1", {"activeAtOffset": end, "eventFormat": events()}),
        (
            "/v2/updates?limit=1",
            {"beginExclusive": 0, "endInclusive": end, "updateFormat": updates()},
        ),
        (
            "/v2/updates/update-by-id",
            {"updateId": scene.asset["updateId"], "updateFormat": updates()},
        ),
        ("/v2/contracts/contract-by-id", {"contractId": scene.contract_id}),
        ("/v2/commands/command-completions?limit=1&stream_idle_timeout_ms=1", {"parties": []}),
    ):
        assert scene.call("POST", path, body, user).status == status, path


def test_the_format_of_an_answer_needs_rights_too(scene: Scene) -> None:
    body = {"commands": scene.submission(), "transactionFormat": transactions(scene.bob)}
    path = "/v2/commands/submit-and-wait-for-transaction"
    before = scene.end()
    assert scene.call("POST", path, body, scene.personas["actor"]).status == 403
    assert scene.end() == before


def test_users_see_themselves_only(scene: Scene) -> None:
    nobody = scene.personas["nobody"]
    assert scene.call("GET", f"/v2/users/{nobody}", user=nobody).status == 200
    assert scene.call("GET", f"/v2/users/{nobody}/rights", user=nobody).status == 200
    assert scene.call("GET", f"/v2/users/{scene.personas['actor']}", user=nobody).status == 403
    shown = scene.done("GET", "/v2/authenticated-user", user=nobody)
    assert shown["user"]["id"] == nobody


@pytest.mark.parametrize("kind", ["ParticipantAdmin"])
def test_nobody_raises_above_themselves(scene: Scene, kind: str) -> None:
    user = scene.personas["provider-admin"]
    path = f"/v2/users/{user}/rights"
    assert scene.call("POST", path, grant(user, right(kind)), user).status == 403
    assert scene.call("GET", "/v2/idps", user=user).status == 403
