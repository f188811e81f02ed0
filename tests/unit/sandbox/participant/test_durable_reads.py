"""Nobody is shown anything that is not on disk yet."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cantata.kernel.errors import CantataError
from cantata.sandbox.participant.claims import EVERYTHING
from cantata.sandbox.participant.errors import Refusal, refusal_of
from tests.unit.sandbox.participant.stage import TRACE, Stage, transactions, wildcard

NEW = "/v2/commands/submit-and-wait-for-transaction"


@contextmanager
def held_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing reach the disk until the block ends."""
    disk, allowed = stage.node.store._log.disk, threading.Event()
    write = disk.write_batch

    def wait_and_write(batch: Any) -> None:
        assert allowed.wait(timeout=60)
        write(batch)

    monkeypatch.setattr(disk, "write_batch", wait_and_write)
    try:
        yield
    finally:
        allowed.set()


def answer(stage: Stage, path: str, body: Any, method: str = "POST") -> Any:
    """Give the answer, or the refusal without what is fresh for each request."""
    try:
        return stage.ask(path, body, method=method)
    except CantataError as error:
        found = refusal_of(error)
        assert isinstance(found, Refusal)
        return found.to_json(TRACE)["code"]


def seen(stage: Stage, contracts: list[str], update_ids: list[str], offsets: list[int]) -> Any:
    """Read in every way there is."""
    events, format_ = wildcard(stage.alice, stage.bob), transactions(stage.alice, stage.bob)
    parties = {"parties": [stage.alice, stage.bob], "userId": "tester", "beginExclusive": 0}
    end, body = stage.end(), dict[str, Any]()
    asked: list[tuple[str, Any]] = [
        ("/v2/updates", {"beginExclusive": 0, "updateFormat": format_}),
        ("/v2/updates", {"beginExclusive": 0, "endInclusive": end, "updateFormat": format_}),
        ("/v2/updates/get-updates-page", {"updateFormat": format_}),
        ("/v2/state/active-contracts", {"activeAtOffset": end, "eventFormat": events}),
        ("/v2/state/active-contracts", {"activeAtOffset": end + 1, "eventFormat": events}),
        ("/v2/state/active-contracts-page", {"eventFormat": events}),
        ("/v2/commands/completions", parties),
    ]
    for contract in contracts:
        body = {"contractId": contract, "eventFormat": events}
        asked.append(("/v2/events/events-by-contract-id", body))
        asked.append(("/v2/contracts/contract-by-id", {"contractId": contract}))
    for update_id in update_ids:
        body = {"updateId": update_id, "updateFormat": format_}
        asked.append(("/v2/updates/update-by-id", body))
    for offset in offsets:
        body = {"offset": offset, "updateFormat": format_}
        asked.append(("/v2/updates/update-by-offset", body))
    return end, [answer(stage, path, body) for path, body in asked]


def test_nothing_is_shown_before_it_is_on_disk(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = stage.create()["contractId"]

    async def submit(body: Any) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(stage._ask(NEW, {"commands": body}, "POST", {}, EVERYTHING))
        await asyncio.sleep(0)
        return task

    with held_back(stage, monkeypatch):
        asset = stage.command(stage.alice, of=[stage.asset(stage.bob)])
        archive = stage.command(stage.alice, of=[stage.exercise(old, "Archive")])
        tasks = [stage.run(submit(body)) for body in (asset, archive)]
        store = stage.node.store
        hidden = list(store.updates(None, store.durable_end(), store.end()))
        assert len(hidden) == 2
        created = next(iter(hidden[0].tree.effective()))
        asked = (
            [old, created.contract.contract_id],  # type: ignore[union-attr] # it is a create
            [update.update_id for update in hidden],
            [update.offset for update in hidden],
        )
        first = seen(stage, *asked)
        text = str(first)
        assert not any(update.update_id in text for update in hidden)
        assert asked[0][1] not in text
        assert "ArchivedEvent" not in text
        assert not any(task.done() for task in tasks)
    answers = [stage.run(_done(task)) for task in tasks]
    assert [each["transaction"]["updateId"] for each in answers] == asked[1]
    last = str(seen(stage, *asked))
    assert all(update.update_id in last for update in hidden)
    assert asked[0][1] in last
    assert "ArchivedEvent" in last


async def _done(task: asyncio.Task[Any]) -> Any:
    return await asyncio.wait_for(task, timeout=60)


def test_a_refusal_tells_nothing_that_may_get_lost(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = stage.create()["contractId"]
    archive, again = (
        stage.command(stage.alice, of=[stage.exercise(old, "Archive")]) for _ in range(2)
    )

    async def submit_both() -> tuple[asyncio.Task[Any], ...]:
        tasks = [
            asyncio.ensure_future(stage._ask(NEW, {"commands": body}, "POST", {}, EVERYTHING))
            for body in (archive, again)
        ]
        await asyncio.sleep(0.05)
        return tuple(tasks)

    with held_back(stage, monkeypatch):
        done, refused = stage.run(submit_both())
        assert not done.done()
        assert not refused.done(), "the archival that it would tell of is not safe"
    stage.run(_done(done))
    with pytest.raises(CantataError, match="could not be found"):
        stage.run(_done(refused))


def test_a_command_whose_client_has_gone_is_in_flight_until_it_is_safe(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = stage.command(stage.alice, of=[stage.asset()])

    async def submit_and_leave() -> None:
        task = asyncio.ensure_future(stage._ask(NEW, {"commands": body}, "POST", {}, EVERYTHING))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    with held_back(stage, monkeypatch):
        stage.run(submit_and_leave())
        assert stage.refusal(NEW, {"commands": body})["code"] == "SUBMISSION_ALREADY_IN_FLIGHT"
    stage.node.store.sync().result(timeout=60)
    assert stage.refusal(NEW, {"commands": body})["code"] == "DUPLICATE_COMMAND"
