"""The wallet SDK prepares, hashes, signs and executes, reads the contracts and follows events."""

from __future__ import annotations

from typing import Any

from tests.api.process import Sandbox
from tests.wallet.conftest import ADMINISTRATOR, SECRET, USER
from tests.wallet.play import Stage, Told, token

PING = "Canton.Internal.Ping:Ping"

REFUSED = {
    "executed again": ("DUPLICATE_COMMAND", 10),
    "forged signature": ("FAILED_TO_EXECUTE_TRANSACTION", 8),
    "other transaction": ("FAILED_TO_EXECUTE_TRANSACTION", 8),
    "two commands": ("FAILED_TO_PREPARE_TRANSACTION", 8),
    "unhosted party": ("UNKNOWN_INFORMEES", 11),
    "internal again": ("DUPLICATE_COMMAND", 10),
    "external as internal": ("NO_SYNCHRONIZER_ON_WHICH_ALL_SUBMITTERS_CAN_SUBMIT", 11),
}


def test_interactive_submission(stage: Stage, sandbox: Sandbox) -> None:
    told = stage.play("ping", url=sandbox.url, token=token(SECRET, USER), user=USER)
    done = [told[name] for name in ("ping", "executed", "offline", "internal")]
    offsets = [each["completionOffset"] for each in done]
    assert offsets == sorted(set(offsets))
    assert len({each["updateId"] for each in done}) == len(done)
    assert told["ledger end"] >= offsets[-1]
    assert len(told.submits) == 3
    decoded = told["decoded"]
    (actor,) = decoded["actAs"]
    assert actor.startswith("alice::1220")
    assert decoded["commandId"] == "decoded"
    assert decoded["synchronizerId"].endswith("::35-0")
    refused = {name: (told[name]["code"], told[name]["errorCategory"]) for name in REFUSED}
    assert refused == REFUSED


def test_reading(stage: Stage, sandbox: Sandbox) -> None:
    told = stage.play("reading", url=sandbox.url, token=token(SECRET, USER), user=USER)
    assert told["nothing"] == []
    (one,) = told["one"]
    assert one["createArgument"]["id"] == "one"
    assert one["hasBlob"] is True
    assert "::1220" in one["synchronizerId"]
    assert told["two"] == ["one", "two"]
    assert told["after archival"] == told["deprecated"] == told["by any party"] == ["two"]
    assert told["at offset"] == ["one"]
    (raw,) = told["raw"]
    assert raw["contractEntry"]["JsActiveContract"]["createdEvent"]["templateId"].endswith(PING)
    unknown = "NO_TEMPLATES_FOR_PACKAGE_NAME_AND_QUALIFIED_NAME"
    assert told["unknown template"]["code"] == unknown
    assert told["too many"]["code"] == "JSON_API_MAXIMUM_LIST_ELEMENTS_NUMBER_REACHED"
    assert told["limited"] == ["0", "1", "2", "3", "4"]


def test_events(stage: Stage, sandbox: Sandbox) -> None:
    _check_events(stage, sandbox, token(SECRET, USER), USER)


def test_events_with_tokens(stage: Stage, guarded: Sandbox) -> None:
    given = token(SECRET, ADMINISTRATOR, scope="daml_ledger_api")
    forged = token(SECRET[::-1], ADMINISTRATOR, scope="daml_ledger_api")
    told = _check_events(stage, guarded, given, ADMINISTRATOR, forged=forged)
    assert told["forged token"]["cause"] == "A security-sensitive error has been received"


def _check_events(stage: Stage, sandbox: Sandbox, given: str, user: str, **more: str) -> Told:
    told = stage.play("events", url=sandbox.url, token=given, user=user, **more)
    submitted = told["submitted"]
    past, live = (_only_transaction(told[name]) for name in ("past", "live"))
    assert past["events"][0]["CreatedEvent"]["createArgument"]["id"] == "past"
    assert live["events"][0]["CreatedEvent"]["createArgument"]["id"] == "live"
    assert (live["updateId"], live["offset"]) == tuple(submitted.values())
    last = told["completions"][-1]["completionResponse"]["Completion"]["value"]
    assert last["updateId"] == submitted["updateId"]
    assert last["userId"] == user
    assert last["status"]["code"] == 0
    (refused,) = told["refused stream"]
    assert refused["code"] == "OFFSET_AFTER_LEDGER_END"
    assert told["no templates"]["message"] == "Failed to subscribe due to invalid options."
    (checkpoint,) = told["unseen interface"]
    assert "OffsetCheckpoint" in checkpoint["update"]
    return told


def _only_transaction(frames: list[Any]) -> Any:
    *checkpoints, last = frames
    assert all("OffsetCheckpoint" in each["update"] for each in checkpoints)
    return last["update"]["Transaction"]["value"]
