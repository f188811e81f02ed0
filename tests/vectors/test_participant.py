"""The replay of recordings is strict about what must be equal, and true about what is listed."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode, urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.participant import LISTED, checks
from tests.vectors.participant.causes import causes
from tests.vectors.participant.comparison import differences
from tests.vectors.participant.signing import reissued
from tests.vectors.participant.translation import Translation
from tests.vectors.replay import Check, replay

ALICE = f"alice::1220{'ab' * 32}"
OURS = f"alice::1220{'cd' * 32}"
ERROR = {
    "code": "USER_NOT_FOUND",
    "cause": "no such user",
    "context": {"tid": "a"},
    "resources": [["ErrorResource(USER)", "u"]],
    "errorCategory": 11,
    "grpcCodeValue": 5,
    "retryInfo": None,
    "definiteAnswer": None,
}


def answer(body: Any, status: int = 200, content_type: str = "application/json") -> dict[str, Any]:
    return {"status": status, "contentType": content_type, "body": body}


def learned(recorded: Any, live: Any) -> Translation:
    known = Translation(lambda signature, _: signature)
    known.learn(recorded, live)
    return known


def _disagree() -> None:
    raise AssertionError("still")


def test_listed_differences_must_still_be_there() -> None:
    outcome = replay(
        [
            Check("a", lambda: None, group="f"),
            Check("b", lambda: None, group="f", known="why"),
            Check("c", _disagree, group="f", known="why"),
        ]
    )
    assert [failure.id for failure in outcome.failures] == ["b"]
    assert [listed.id for listed in outcome.known] == ["c"]
    assert outcome.summary == "1 of 3 agree, 1 differ as listed"
    assert outcome.groups == {"f": (1, 3)}


def test_each_difference_is_listed_once() -> None:
    groups = json.loads(LISTED.read_text(encoding="utf-8"))
    names = [(group["file"], each["n"]) for group in groups for each in group["exchanges"]]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "recorded, live",
    [
        ({"party": ALICE}, {"party": OURS}),
        ({"offset": 5}, {"offset": 9}),
        ({"at": "2026-11-21T05:45:27.1Z"}, {"at": "2026-11-22T05:45:27Z"}),
        ({"rights": [{"a": 1}, {"b": 2}]}, {"rights": [{"b": 2}, {"a": 1}]}),
        (ERROR, ERROR | {"cause": "unknown user", "context": {"tid": "b"}}),
    ],
)
def test_equal_answers(recorded: Any, live: Any) -> None:
    assert differences(answer(recorded), answer(live)) == []


@pytest.mark.parametrize(
    "recorded, live",
    [
        ({"a": 1}, {"a": 2}),
        ({"a": None}, {}),
        ({}, {"a": None}),
        ({"offset": 5}, {"offset": None}),
        ({"list": [1, 2]}, {"list": [1]}),
        ({"list": [1, 2]}, {"list": [2, 1]}),
        (ERROR, ERROR | {"resources": []}),
        (ERROR, ERROR | {"context": {}}),
        (ERROR, ERROR | {"retryInfo": "1 second"}),
    ],
)
def test_different_answers(recorded: Any, live: Any) -> None:
    assert differences(answer(recorded), answer(live))


def test_causes_are_compared_without_what_varies() -> None:
    cause = "Missing non-optional fields: "
    same = {"code": "C", "errorCategory": 8, "cause": f"{cause}HashSet(b, a)"}
    ours = same | {"cause": f"{cause}Set(a, b) at 'createArguments.x'"}
    theirs, told = causes(answer(same, 400), answer(ours, 400)) or ("", None)
    assert theirs == told == f"{cause}Set(a, b)"
    other = causes(answer(same, 400), answer(same | {"cause": "else"}, 400))
    assert other is not None
    assert other[0] != other[1]


@pytest.mark.parametrize(
    "recorded",
    [
        answer({"code": "C", "errorCategory": 8, "cause": "c"}, 500),
        answer({"code": "D", "errorCategory": 8, "cause": "c"}, 400),
        answer({"code": "C", "errorCategory": 8, "cause": "at java.util.List"}, 400),
        answer({"cause": "c"}),
    ],
)
def test_causes_that_are_not_compared(recorded: Any) -> None:
    live = answer({"code": "C", "errorCategory": 8, "cause": "c"}, 400)
    assert causes(recorded, live) is None


def test_status_and_content_type_count() -> None:
    assert differences(answer({}), answer({}, status=201))
    assert differences(answer(""), answer("", content_type="text/plain"))
    assert differences(answer(ERROR, status=500), answer({}, status=400)) == []
    assert differences(answer(ERROR, status=500), answer({}, status=200))


def test_learned_ids_stand_in_later_requests() -> None:
    known = learned({"party": ALICE, "offset": 10}, {"party": OURS, "offset": 7})
    asked = {"filters": {ALICE: {}}, "beginExclusive": 12, "note": f"bob::{ALICE[7:]}"}
    assert known.value(asked) == {
        "filters": {OURS: {}},
        "beginExclusive": 9,
        "note": f"bob::{OURS[7:]}",
    }
    assert known.value({"beginExclusive": 1_010}) == {"beginExclusive": 1_010}


def test_package_ids_are_the_same_everywhere() -> None:
    known = learned(["ab" * 32], ["cd" * 32])
    assert known.text("ab" * 32) == "ab" * 32


def test_a_damaged_blob_is_damaged_likewise() -> None:
    recorded, live = bytes(range(100)), bytes(range(100, 200))
    known = learned(*({"createdEventBlob": b64encode(each).decode()} for each in (recorded, live)))
    damaged = b64encode(recorded[:50] + b"\0" + recorded[51:]).decode()
    sent = known.value({"createdEventBlob": damaged})["createdEventBlob"]
    assert b64decode(sent) == live[:50] + b"\0" + live[51:]


def test_tokens_are_issued_again_and_forged_ones_stay_forged() -> None:
    payload = "eyJzdWIiOiAidWFjdCIsICJleHAiOiAxNzk1MjQwNjI4LCAic2NvcGUiOiAiZGFtbF9sZWRnZXJfYXBpIn0"
    header, signature = (
        "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9",
        "K3gclyWdVgs_7Y3BL4AUvhbT59-f8sdBUSgsuSidEb0",
    )
    issued = reissued(f"Bearer {header}.{payload}.{signature}", 100).split(" ")[1].split(".")
    claims = json.loads(urlsafe_b64decode(issued[1] + "=="))
    assert claims == {"sub": "uact", "exp": 1_795_240_728, "scope": "daml_ledger_api"}
    assert issued[2] != signature
    assert reissued(f"{header}.{payload}.forged", 100).endswith(".forged")


def test_without_recordings_there_is_nothing_to_replay(tmp_path: Path) -> None:
    assert list(checks(tmp_path)) == []
