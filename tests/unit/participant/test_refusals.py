"""Refusals have the form of the recorded ones."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cantata.kernel.errors import CantataError
from cantata.lf.archive.errors import UnknownVersion
from cantata.lf.codec.errors import MissingFields, WrongJsonKind
from cantata.lf.runtime.errors import ContractNotFound, FailureStatus, UserError
from cantata.sandbox.commands import PackageNamesNotFound
from cantata.sandbox.commands.body import MalformedBody
from cantata.sandbox.engine.errors import InactiveInputs, MissingField
from cantata.sandbox.participant.errors import (
    MalformedRequest,
    Origin,
    Refusal,
    list_too_long,
    permission_denied,
    plain_status,
    refusal_of,
    unauthenticated,
    unsupported,
)
from cantata.sandbox.participant.errors.codes import CATEGORY_OF, WITHOUT_DEFINITE_ANSWER
from cantata.sandbox.store import StoreFull

TRACE = "0123456789abcdef0123456789abcdef"
HEAD = re.compile(r"^[A-Z_]+\(\d+,[0-9a-f]{8}\): ")
STATED = {"category", "definite_answer", "participant", "tid"}
RENAMED = {"LEDGER_API_INTERNAL_ERROR", "NA"}


def recorded(folder: Path) -> list[tuple[str, int, dict[str, Any]]]:
    found = []
    for name in ("main.jsonl", "auth.jsonl"):
        for line in (folder / "participant" / name).read_text(encoding="utf-8").splitlines():
            exchange = json.loads(line)
            body = exchange["response"].get("body")
            if isinstance(body, dict) and "errorCategory" in body and body["grpcCodeValue"] != 13:
                found.append((exchange["name"], exchange["response"]["status"], body))
    return found


def rebuilt(body: dict[str, Any]) -> Refusal:
    """Say what a recorded refusal says, with the means of this module."""
    code, context = body["code"], body["context"]
    if code == "NA":
        deny = unauthenticated if body["grpcCodeValue"] == 16 else permission_denied
        refusal = deny("for some reason")
        refusal.context = context
        return refusal
    if body["errorCategory"] == -1:
        return plain_status(code, body["grpcCodeValue"])
    origin = Origin.JSON if not context else Origin.ROUTER if "tid" not in context else Origin.NODE
    if context.get("participant", "").startswith("'"):
        origin = Origin.REQUEST
    too_long = code.startswith("JSON_API_MAXIMUM")
    refusal = Refusal(
        code,
        HEAD.sub("", body["cause"]),
        origin=origin,
        context={key: value for key, value in context.items() if key not in STATED},
        resources=[(kind[len("ErrorResource(") : -1], value) for kind, value in body["resources"]],
        category=body["errorCategory"],
    )
    if too_long:
        refusal.status = 413
    own = body["correlationId"] not in (None, body["traceId"])
    return refusal.about(correlation_id=body["correlationId"] if own else None)


def test_every_recorded_refusal_can_be_said(shared_data: Path) -> None:
    exchanges = recorded(shared_data)
    assert len(exchanges) > 200
    for name, status, body in exchanges:
        refusal = rebuilt(body)
        said = refusal.to_json(body["traceId"] or TRACE)
        assert said == body, name
        assert list(said) == list(body), name
        assert refusal.status == status, name
        if body["code"] in CATEGORY_OF and body["code"] != "DAML_FAILURE":
            assert CATEGORY_OF[body["code"]] == body["errorCategory"], name


def test_a_cause_of_several_lines_has_a_head_and_a_long_one_is_cut() -> None:
    refusal = Refusal("INVALID_ARGUMENT", "one\ntwo")
    assert refusal.to_json(TRACE)["cause"] == "INVALID_ARGUMENT(8,01234567): one\ntwo"
    refusal.about(correlation_id="fedcba98-7654")
    assert refusal.to_json(TRACE)["cause"].startswith("INVALID_ARGUMENT(8,fedcba98): ")
    long = Refusal("INVALID_ARGUMENT", "x" * 513)
    assert long.to_json(TRACE)["cause"] == "x" * 512 + "..."


@pytest.mark.parametrize(
    "error,code,origin,status",
    [
        (ContractNotFound("00ab"), "CONTRACT_NOT_FOUND", Origin.REQUEST, 404),
        (UserError("no"), "INTERPRETATION_USER_ERROR", Origin.REQUEST, 400),
        (FailureStatus("my/ID", 8, "no", {"k": "v"}), "DAML_FAILURE", Origin.REQUEST, 400),
        (WrongJsonKind("string", 5), "INVALID_ARGUMENT", Origin.REQUEST, 400),
        (MissingFields(["a"]), "COMMAND_PREPROCESSING_FAILED", Origin.JSON, 400),
        (MissingField("actAs"), "MISSING_FIELD", Origin.NODE, 400),
        (PackageNamesNotFound("p"), "PACKAGE_NAMES_NOT_FOUND", Origin.NODE, 404),
        (InactiveInputs(["00"]), "LOCAL_VERDICT_INACTIVE_CONTRACTS", Origin.NODE, 404),
        (UnknownVersion("2.99"), "DAR_PARSE_ERROR", Origin.NODE, 400),
        (StoreFull("disk"), "SERVICE_NOT_RUNNING", Origin.NODE, 503),
    ],
)
def test_errors_of_other_layers(
    error: CantataError, code: str, origin: Origin, status: int
) -> None:
    refusal = refusal_of(error)
    assert isinstance(refusal, Refusal)
    assert (refusal.error_code, refusal.origin, refusal.status) == (code, origin, status)


def test_failures_of_contracts_keep_their_metadata() -> None:
    refusal = refusal_of(FailureStatus("my/ID", 8, "no", {"k": "v", "error_id": "forged"}))
    assert isinstance(refusal, Refusal)
    assert refusal.context == {"k": "v", "error_id": "my/ID"}
    assert refusal.category == 8


def test_malformed_bodies_are_plain_text() -> None:
    refusal = refusal_of(MalformedBody(("a", "b")))
    assert isinstance(refusal, MalformedRequest)
    assert refusal.text == "Invalid value for: body (a, b)"


def test_unknown_errors_are_faults() -> None:
    assert refusal_of(CantataError("?")) is None


def test_what_a_request_knows_is_added() -> None:
    refusal = Refusal("MISSING_FIELD", "x", context={"field_name": "f"})
    said = refusal.about({"field_name": "other", "commands": "{}"}, correlation_id="s").to_json("t")
    assert said["context"]["field_name"] == "f"
    assert said["context"]["commands"] == "{}"
    assert said["correlationId"] == "s"


def test_security_is_redacted() -> None:
    said = permission_denied("secret reason").to_json(TRACE)
    assert "secret" not in json.dumps(said)
    assert said["errorCategory"] == -1


def test_status_and_category_of_the_others() -> None:
    assert list_too_long(200).status == 413
    assert unsupported("GET /x").status == 501
    assert CATEGORY_OF.keys() >= WITHOUT_DEFINITE_ANSWER
