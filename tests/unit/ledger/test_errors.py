"""Answers mean what their code and category say."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.ledger import errors
from cantata.ledger.errors import Answer, answer_of, error_of
from tests.unit.ledger.recorded import answer, body, exchanges


@pytest.mark.parametrize(
    "category,kind",
    [
        (1, errors.OutcomeUnknown),
        (2, errors.Retryable),
        (3, errors.OutcomeUnknown),
        (4, errors.LedgerFault),
        (5, errors.Refusal),
        (6, errors.NotAuthenticated),
        (7, errors.NotPermitted),
        (8, errors.Refusal),
        (9, errors.Refusal),
        (10, errors.AlreadyExists),
        (11, errors.NotFound),
        (12, errors.Retryable),
        (14, errors.NotSupported),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 409, 500, 503, None])
def test_category_decides_whatever_the_status(
    category: int, kind: type[errors.LedgerError], status: int | None
) -> None:
    assert type(error_of(Answer(code="ANY", category=category, status=status))) is kind


def test_conflict_is_told_apart_by_code() -> None:
    duplicate = error_of(answer_of(body("cmderr_dup_second"), 409))
    assert isinstance(duplicate, errors.DuplicateCommand)
    assert duplicate.completion_offset == 446
    in_flight = error_of(Answer(code="SUBMISSION_ALREADY_IN_FLIGHT", category=2, status=409))
    assert isinstance(in_flight, errors.OutcomeUnknown)
    lost = error_of(Answer(code="LOCAL_VERDICT_LOCKED_CONTRACTS", category=2, status=409))
    assert isinstance(lost, errors.Retryable)


def test_contract_chooses_its_error_id() -> None:
    failure = error_of(answer_of(body("more_fail_with_status"), 400))
    assert isinstance(failure, errors.DamlFailure)
    assert failure.error_id == "my.app/SOME_ERROR"
    assert failure.context["k1"] == "v1"


def test_redacted_errors_are_told_by_their_grpc_code() -> None:
    kinds = {
        type(error_of(answer_of(each["response"]["body"], each["response"]["status"])))
        for each in exchanges("auth.jsonl").values()
        if each["response"].get("status") in {401, 403}
    }
    assert kinds == {errors.NotAuthenticated, errors.NotPermitted}
    error = error_of(
        answer_of(answer("auth_parties_no_token", "auth.jsonl").json(), status=401),
    )
    assert "NA" not in error.message


@pytest.mark.parametrize(
    "status,text,kind",
    [
        (400, "Invalid value for: body (exhausted input)", errors.MalformedRequest),
        (503, "The server was not able to produce a timely response", errors.OutcomeUnknown),
        (504, "", errors.OutcomeUnknown),
        (413, "", errors.TooManyElements),
        (405, "", errors.NotSupported),
    ],
)
def test_plain_text_is_judged_by_status(
    status: int, text: str, kind: type[errors.LedgerError]
) -> None:
    assert type(error_of(answer_of(text, status))) is kind


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        7,
        {"code": 7, "cause": None, "errorCategory": "x", "context": [], "resources": [[1]]},
        {"errors": "no list"},
    ],
)
def test_hostile_bodies_are_read_too(data: Any) -> None:
    assert isinstance(error_of(answer_of(data, 500)), errors.LedgerError)


def test_every_recorded_error_has_a_meaning() -> None:
    for each in exchanges().values():
        response = each["response"]
        if response.get("status", 0) >= 400 and response.get("body") is not None:
            error = error_of(answer_of(response["body"], response["status"]))
            assert error.message
