"""What several streams are told of one update."""

from __future__ import annotations

from typing import Any

import msgspec

from cantata.sandbox.engine.store import Update
from cantata.sandbox.participant.updates.shared import (
    QUESTIONS_MAX,
    TOLD_BYTES_MAX,
    TOLD_MAX,
    Questions,
    Told,
)
from tests.unit.sandbox.participant.stage import Stage, transactions

UPDATES = "/v2/updates"


def _update(stage: Stage) -> Update:
    update = stage.node.store.by_offset(stage.create()["offset"])
    assert update is not None
    return update


def test_an_update_is_written_once(stage: Stage) -> None:
    update = _update(stage)
    made: list[Update] = []

    def make(one: Update) -> Any:
        made.append(one)
        return {"offset": one.offset}

    told = Told()
    first = told.of(update, make)
    assert told.of(update, make) is first
    assert bytes(first) == msgspec.json.encode({"offset": update.offset})
    assert told.of(update._replace(offset=update.offset + 3), make) is not first
    assert len(made) == 2


def test_what_is_unseen_is_known_as_well(stage: Stage) -> None:
    update = _update(stage)
    made: list[Update] = []
    told = Told()
    for _ in range(2):
        assert told.of(update, made.append) is None
    assert len(made) == 1


def test_few_and_small_texts_are_kept(stage: Stage) -> None:
    update, told = _update(stage), Told()
    for offset in range(2 * TOLD_MAX):
        told.of(update._replace(offset=offset), lambda one: {})
    assert len(told._kept) == TOLD_MAX
    large = {"text": "x" * TOLD_BYTES_MAX}
    assert bytes(told.of(update, lambda one: large)) == msgspec.json.encode(large)
    assert len(told._kept) == TOLD_MAX
    half = {"text": "\ud800"}
    assert told.of(update._replace(offset=0), lambda one: half) is half


def test_questions_asked_last_are_kept() -> None:
    questions: Questions[object] = Questions()
    first = questions.get(0, object)
    for number in range(1, 2 * QUESTIONS_MAX):
        questions.get(number, object)
        assert questions.get(0, object) is first
    assert questions.get(1, object) is not None
    assert len(questions._known) == QUESTIONS_MAX


def test_others_are_told_only_what_they_see(stage: Stage) -> None:
    stage.create()

    def seen(party: str) -> list[Any]:
        body = {"beginExclusive": 0, "updateFormat": transactions(party)}
        return [each for each in stage.ask(UPDATES, body) if "Transaction" in each["update"]]

    assert seen(stage.alice) == seen(stage.alice)
    assert len(seen(stage.alice)) == 1
    assert seen(stage.bob) == []
