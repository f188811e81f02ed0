"""Completions: of what was done and of what was refused late, to the submitters only."""

from __future__ import annotations

from typing import Any

from tests.unit.sandbox.participant.stage import USER, Stage

PATH = "/v2/commands/completions"


def completions(stage: Stage, party: str, begin: int = 0, user: str = USER) -> list[Any]:
    body = {"userId": user, "parties": [party], "beginExclusive": begin}
    return [
        element["completionResponse"]["Completion"]["value"]
        for element in stage.ask(PATH, body)
        if "Completion" in element["completionResponse"]
    ]


def test_each_command_completes_once(stage: Stage) -> None:
    body = stage.command(stage.alice, of=[stage.asset()])
    done = stage.ask("/v2/commands/submit-and-wait", body)
    (completion,) = completions(stage, stage.alice)
    assert completion["commandId"] == body["commandId"]
    assert completion["updateId"] == done["updateId"]
    assert completion["status"] == {"code": 0, "message": "", "details": []}
    assert completions(stage, stage.alice, done["completionOffset"]) == []


def test_a_duplicate_completes_as_refused(stage: Stage) -> None:
    body = stage.command(stage.alice, of=[stage.asset()])
    stage.ask("/v2/commands/submit-and-wait", body)
    stage.refusal("/v2/commands/submit-and-wait", body)
    accepted, refused = completions(stage, stage.alice)
    assert refused["offset"] > accepted["offset"]
    assert (refused["status"]["code"], refused["updateId"]) == (6, "")
    reason = refused["status"]["details"][0]["valueDecoded"]["reason"]
    assert reason == "DUPLICATE_COMMAND"


def test_others_see_nothing(stage: Stage) -> None:
    stage.create(stage.bob)
    assert completions(stage, stage.bob) == []
    assert completions(stage, stage.alice, user="else") == []


def test_a_stream_tells_where_it_stands(stage: Stage) -> None:
    stage.create()
    body = {"userId": USER, "parties": [stage.bob], "beginExclusive": 0}
    (element,) = stage.ask(PATH, body)
    checkpoint = element["completionResponse"]["OffsetCheckpoint"]["value"]
    assert checkpoint["offset"] == stage.end()
    assert len(checkpoint["synchronizerTimes"]) == 1


def test_all_parties_and_what_is_wrong(stage: Stage) -> None:
    stage.create()
    answer = stage.ask("/v2/commands/command-completions", {}, query={"limit": ["1"]})
    assert "Completion" in answer[0]["completionResponse"]
    empty = {"userId": USER, "parties": [], "beginExclusive": 0}
    assert stage.refusal(PATH, empty)["code"] == "MISSING_FIELD"
    late = {"userId": USER, "parties": [stage.alice], "beginExclusive": 10_000}
    assert stage.refusal(PATH, late)["code"] == "OFFSET_AFTER_LEDGER_END"
