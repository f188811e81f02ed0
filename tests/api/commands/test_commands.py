"""Commands over HTTP: done once, whatever is sent at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.api.market import Market, opened
from tests.api.process import Sandbox

WAIT = "/v2/commands/submit-and-wait"


@pytest.fixture(scope="module")
def market(sandbox: Sandbox, shared: Path) -> Market:
    return opened(sandbox, shared)


def test_the_same_command_many_times_at_once(market: Market) -> None:
    body = market.submission("at-once")
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: market.sandbox.post(WAIT, body), range(8)))
    codes = Counter(reply.json.get("code") for reply in replies)
    assert codes[None] == 1
    assert codes["DUPLICATE_COMMAND"] + codes["SUBMISSION_ALREADY_IN_FLIGHT"] == 7
    assert {reply.status for reply in replies} == {200, 409}


def test_one_contract_is_archived_once(market: Market) -> None:
    shown = market.sandbox.post(
        "/v2/commands/submit-and-wait-for-transaction",
        {"commands": market.submission("to-archive")},
    ).json
    (event,) = shown["transaction"]["events"]
    fields = {
        "templateId": event["CreatedEvent"]["templateId"],
        "contractId": event["CreatedEvent"]["contractId"],
        "choice": "Archive",
        "choiceArgument": {},
    }

    def archive(number: int) -> int:
        body = market.submission(f"archive-{number}")
        body["commands"] = [{"ExerciseCommand": fields}]
        return market.sandbox.post(WAIT, body).status

    with ThreadPoolExecutor(6) as pool:
        statuses = Counter(pool.map(archive, range(6)))
    assert statuses == {200: 1, 404: 5}


def test_a_completion_of_each_command(market: Market) -> None:
    begin = market.sandbox.get("/v2/state/ledger-end").json["offset"]
    done = market.issue("to-complete")
    body = {"userId": "tester", "parties": [market.alice], "beginExclusive": begin}
    answer = market.sandbox.post("/v2/commands/completions?stream_idle_timeout_ms=100", body).json
    found = [
        element["completionResponse"]["Completion"]["value"]
        for element in answer
        if "Completion" in element["completionResponse"]
    ]
    assert [each["updateId"] for each in found] == [done["updateId"]]
