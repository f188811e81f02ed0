"""A pruned log: what is refused, what is still there, and what stays a duplicate."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from cantata.kernel.errors import CantataError
from cantata.kernel.time import Timestamp
from cantata.sandbox.participant.commands.index import PRUNED_COMMANDS
from cantata.sandbox.participant.commands.parse import DEDUPLICATION_MICROS
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.pruning import Pruning, retain
from cantata.sandbox.participant.state.workflows import PRUNED_WORKFLOWS
from cantata.sandbox.store import SqliteStore
from tests.unit.sandbox.participant.stage import Stage, transactions, wildcard

PRUNED = "PARTICIPANT_PRUNED_DATA_ACCESSED"
NEW = "/v2/commands/submit-and-wait"
DAY = 86_400_000_000


def prune(stage: Stage, up_to: int) -> None:
    Pruning(stage.node).prune(up_to)
    stage.node.store.sync().result(timeout=60)


@pytest.fixture
def offsets(stage: Stage) -> list[int]:
    """A ledger with five assets; the first is gone before the third comes."""
    first = stage.create(workflowId="first work")
    second = stage.create(workflowId="second work")
    stage.archive(first["contractId"])
    rest = [stage.create() for _ in range(3)]
    return [each["offset"] for each in (first, second, *rest)]


def updates(stage: Stage, begin: int) -> Any:
    body = {"beginExclusive": begin, "updateFormat": transactions(stage.alice)}
    return stage.ask("/v2/updates", body)


def test_reads_before_the_pruned_offset_are_refused(stage: Stage, offsets: list[int]) -> None:
    at = offsets[2]
    prune(stage, at)
    told = stage.ask("/v2/state/latest-pruned-offsets", method="GET")
    assert told["participantPrunedUpToInclusive"] == at
    below = at - 1
    events, seen = wildcard(stage.alice), transactions(stage.alice)
    parties = {"parties": [stage.alice], "userId": "tester"}
    requests: list[tuple[str, dict[str, Any]]] = [
        ("/v2/updates", {"beginExclusive": below, "updateFormat": seen}),
        ("/v2/updates", {"beginExclusive": 0, "updateFormat": seen}),
        ("/v2/updates/get-updates-page", {"beginOffsetExclusive": below, "updateFormat": seen}),
        ("/v2/updates/update-by-offset", {"offset": offsets[0], "updateFormat": seen}),
        ("/v2/commands/completions", {**parties, "beginExclusive": below}),
        ("/v2/state/active-contracts", {"activeAtOffset": below, "eventFormat": events}),
        ("/v2/state/active-contracts-page", {"activeAtOffset": below, "eventFormat": events}),
    ]
    for path, body in requests:
        refusal = stage.refusal(path, body)
        assert refusal["code"] == PRUNED, path
        assert refusal["context"]["earliest_offset"] == str(at), path


def test_what_comes_after_is_still_there(stage: Stage, offsets: list[int]) -> None:
    at, seen = offsets[2], transactions(stage.alice)
    before = updates(stage, at)
    body = {"activeAtOffset": at, "eventFormat": wildcard(stage.alice)}
    active = stage.ask("/v2/state/active-contracts", body)
    assert "second work" in str(active)
    ids = [each["update"]["Transaction"]["value"]["updateId"] for each in before[1:-1]]
    prune(stage, at)
    assert updates(stage, at) == before
    again = stage.ask("/v2/state/active-contracts", body)
    assert _without_tokens(again) == _without_tokens(active)
    for update_id in ids:
        stage.ask("/v2/updates/update-by-id", {"updateId": update_id, "updateFormat": seen})
    page = stage.ask("/v2/updates/get-updates-page", {"updateFormat": seen})
    assert page["lowestPageOffsetExclusive"] == at


def _without_tokens(contracts: Any) -> Any:
    return [{**each, "streamContinuationToken": ""} for each in contracts]


def test_contracts_keep_their_events_and_workflows(stage: Stage) -> None:
    event = stage.create(workflowId="kept")
    body = {"contractId": event["contractId"], "eventFormat": wildcard(stage.alice)}
    before = stage.ask("/v2/events/events-by-contract-id", body)
    prune(stage, stage.create()["offset"])
    assert stage.ask("/v2/events/events-by-contract-id", body) == before
    assert dict(stage.node.store.table(PRUNED_WORKFLOWS)) == {str(event["offset"]): "kept"}
    stage.archive(event["contractId"])
    found = stage.ask("/v2/events/events-by-contract-id", body)
    assert found["created"] == before["created"]
    assert found["archived"] is not None
    prune(stage, stage.create()["offset"])
    assert not stage.node.store.table(PRUNED_WORKFLOWS)
    refusal = stage.refusal("/v2/events/events-by-contract-id", body)
    assert refusal["code"] == "CONTRACT_EVENTS_NOT_FOUND"


def test_a_duplicate_stays_one(stage: Stage) -> None:
    body = stage.command(stage.alice, of=[stage.asset()], submissionId="submission")
    done = stage.ask(NEW, body)
    prune(stage, stage.create()["offset"])
    refusal = stage.refusal(NEW, body)
    assert refusal["code"] == "DUPLICATE_COMMAND"
    assert refusal["context"]["completion_offset"] == str(done["completionOffset"])
    assert refusal["context"]["existingSubmissionId"] == "Some(submission)"


def test_a_period_from_before_the_pruned_offset_is_refused(stage: Stage) -> None:
    at = stage.create()["offset"]
    prune(stage, at)
    period = {"DeduplicationOffset": {"value": at - 1}}
    body = stage.command(stage.alice, of=[stage.asset()], deduplicationPeriod=period)
    refusal = stage.refusal(NEW, body)
    assert refusal["code"] == "INVALID_DEDUPLICATION_PERIOD"
    assert refusal["context"]["earliest_offset"] == str(at)
    stage.ask(NEW, {**body, "deduplicationPeriod": {"DeduplicationOffset": {"value": at}}})


def test_only_what_can_be_a_duplicate_is_kept(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.create()
    prune(stage, stage.create()["offset"])
    assert len(stage.node.store.table(PRUNED_COMMANDS)) == 2
    later = stage.node.now() + DEDUPLICATION_MICROS + DAY
    monkeypatch.setattr(stage.node, "now", lambda: later)
    prune(stage, stage.create()["offset"])
    assert len(stage.node.store.table(PRUNED_COMMANDS)) == 1


def test_offsets_that_are_not_there_are_refused(stage: Stage) -> None:
    stage.create()
    for offset in (0, -1, stage.end() + 1):
        with pytest.raises(CantataError, match="invalid offset"):
            Pruning(stage.node).prune(offset)
    prune(stage, stage.end())
    prune(stage, 1)
    assert stage.node.store.pruned() == stage.node.store.end()


def test_old_updates_are_forgotten_while_serving(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = [stage.create()["offset"] for _ in range(3)][-1]
    later = stage.node.now() + 2 * DAY
    monkeypatch.setattr(stage.node, "now", lambda: later)
    young = stage.create()["offset"]

    async def look_once() -> None:
        task = asyncio.ensure_future(retain(stage.node, DAY))
        await asyncio.sleep(0)
        task.cancel()

    stage.run(look_once())
    assert old <= stage.node.store.pruned() < young


def test_it_stays_pruned_after_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.db")
    node = Participant(store=SqliteStore(path))
    for number in range(5):
        node.ledger.note("kind", number)
    node.store.sync().result(timeout=60)
    at = node.store.end() - 3
    Pruning(node).prune(at)
    node.close()
    node = Participant(store=SqliteStore(path))
    assert node.store.pruned() == at
    assert [entry.value for entry in node.store.entries("kind", 0, node.store.end())] == [4]
    node.close()


def test_times_are_found_in_the_log(stage: Stage) -> None:
    store, start = stage.node.store, Timestamp.parse("2000-01-01T00:00:00Z").microseconds
    found = [stage.create()["offset"] for _ in range(5)]
    times = [update.record_time for update in store.updates(None, 0, store.end())]
    assert store.recorded_before(start) == 0
    assert [store.recorded_before(time) for time in times[1:]] == found[:-1]
    assert store.recorded_before(times[-1] + 1) == found[-1]
    assert store.recorded_before(times[-1] + 1, 2) == found[1]
