"""A submission ends in one of three outcomes, whatever happens between its tries."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import stamina

from cantata.ledger import errors
from cantata.ledger.client import LedgerClient
from cantata.ledger.outcome import Done, Outcome, Refused, Unknown
from cantata.ledger.services.commands import Receipt
from cantata.ledger.settings import Settings
from cantata.ledger.submission import Submission
from tests.unit.ledger.recorded import answer, body

SUBMISSION = Submission(
    commands=({"CreateCommand": {"templateId": "#p:M:T", "createArguments": {}}},),
    act_as=("alice::1220",),
    command_id="c-1",
)
DONE = httpx2.Response(200, json={"updateId": "1220ab", "completionOffset": 9})
Step = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


def refusal(code: str, category: int) -> Step:
    content = {"code": code, "cause": "no", "errorCategory": category, "context": {}}
    return lambda request: httpx2.Response(400, json=content)


def lost(request: httpx2.Request) -> httpx2.Response:
    msg = "no answer"
    raise httpx2.ReadTimeout(msg, request=request)


def unreachable(request: httpx2.Request) -> httpx2.Response:
    msg = "refused"
    raise httpx2.ConnectError(msg, request=request)


class Ledger:
    """Answers the tries of a submission by a script, and look-ups by what is recorded."""

    def __init__(self, *steps: Step, completions: Any = ()) -> None:
        self.steps = list(steps)
        self.completions = list(completions)
        self.tries: list[Any] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if path == "/v2/state/ledger-end":
            return httpx2.Response(200, json={"offset": 5})
        if path == "/v2/commands/completions":
            return httpx2.Response(200, json=self.completions)
        if path == "/v2/updates/update-by-offset":
            return answer("updbyid_delta")
        self.tries.append(json.loads(request.content))
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        return step(request)


def outcome(ledger: Ledger) -> Outcome[Receipt]:
    async def play() -> Outcome[Receipt]:
        settings = Settings("http://ledger", user_id="u")
        async with LedgerClient(settings, transport=httpx2.MockTransport(ledger)) as client:
            return await client.commands.outcome(SUBMISSION)

    return asyncio.run(play())


def completed(code: int) -> Any:
    value = {
        "commandId": "c-1",
        "status": {"code": code, "message": "no" if code else ""},
        "updateId": "" if code else "1220cd",
        "offset": 7,
    }
    return {"completionResponse": {"Completion": {"value": value}}}


def test_done_at_once() -> None:
    assert outcome(Ledger(lambda _: DONE)) == Done(Receipt("1220ab", 9))


def test_tries_keep_the_command_id_and_change_the_submission_id() -> None:
    ledger = Ledger(lost, refusal("SUBMISSION_ALREADY_IN_FLIGHT", 2), lambda _: DONE)
    assert isinstance(outcome(ledger), Done)
    assert {each["commandId"] for each in ledger.tries} == {"c-1"}
    assert len({each["submissionId"] for each in ledger.tries}) == 3
    assert all("DeduplicationDuration" in each["deduplicationPeriod"] for each in ledger.tries)


def test_refused_for_good_is_not_tried_again() -> None:
    ledger = Ledger(refusal("DAML_FAILURE", 9))
    found = outcome(ledger)
    assert isinstance(found, Refused)
    assert isinstance(found.error, errors.DamlFailure)
    assert len(ledger.tries) == 1


def test_never_reached_is_refused_not_unknown() -> None:
    found = outcome(Ledger(unreachable))
    assert isinstance(found, Refused)
    assert isinstance(found.error, errors.Unreachable)


def test_no_answer_at_all_is_unknown() -> None:
    found = outcome(Ledger(lost))
    assert isinstance(found, Unknown)
    assert found.since == 5


def test_duplicate_is_done_by_an_earlier_try() -> None:
    duplicate = body("cmderr_dup_second")
    found = outcome(Ledger(lost, lambda _: httpx2.Response(409, json=duplicate)))
    assert isinstance(found, Done)
    assert found.earlier
    assert found.value.offset == 446


def test_spent_input_after_a_lost_answer_is_done_if_it_completed() -> None:
    ledger = Ledger(lost, refusal("CONTRACT_NOT_FOUND", 11), completions=[completed(0)])
    found = outcome(ledger)
    assert isinstance(found, Done)
    assert found.earlier


@pytest.mark.parametrize("completions", [[], [completed(9)]])
def test_spent_input_after_a_lost_answer_stays_unknown_otherwise(completions: Any) -> None:
    ledger = Ledger(lost, refusal("CONTRACT_NOT_FOUND", 11), completions=completions)
    assert isinstance(outcome(ledger), Unknown)


def test_what_is_wrong_whatever_is_recorded_settles_it() -> None:
    assert isinstance(outcome(Ledger(lost, refusal("INVALID_ARGUMENT", 8))), Refused)


def test_contention_to_the_end_is_refused() -> None:
    found = outcome(Ledger(refusal("LOCAL_VERDICT_LOCKED_CONTRACTS", 2)))
    assert isinstance(found, Refused)
    assert isinstance(found.error, errors.Retryable)


def test_senseless_success_is_unknown() -> None:
    found = outcome(Ledger(lambda _: httpx2.Response(200, content=b"<html>")))
    assert isinstance(found, Unknown)
