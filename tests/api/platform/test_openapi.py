"""The published description is the application's own, and every answer is one that it names.

`CANTATA_SCHEMA_EXAMPLES` is the number of requests for each operation and kind; more look deeper.
"""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from cantata.api.app import described
from scripts import openapi
from tests.api.platform.running import Client, Platform

EXAMPLES = int(os.environ.get("CANTATA_SCHEMA_EXAMPLES", "1"))
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
ENDS_THE_SESSION = "/v1/sessions:end"
EXCHANGE = "/v1/exchange/"
HEADERS = ("x-request-id", "x-content-type-options", "content-security-policy")


def test_the_published_description_is_current() -> None:
    published = openapi.TARGET.read_text(encoding="utf-8")
    assert published == openapi.text(), "run: python scripts/openapi.py"


def test_changes_want_a_key_and_reads_do_not() -> None:
    for path, operations in described()["paths"].items():
        for method, operation in operations.items():
            names = {each["name"] for each in operation.get("parameters", ())}
            assert method == "post" or "Idempotency-Key" not in names, path


def test_every_change_of_ours_can_be_tried_out_and_repeated() -> None:
    for path, operations in described()["paths"].items():
        for method, operation in operations.items():
            names = {each["name"]: each for each in operation.get("parameters", ())}
            if "Idempotency-Key" in names:
                assert "dry_run" in names, (method, path)
                assert "409" in operation["responses"], (method, path)
                assert "429" in operation["responses"], (method, path)
            if "401" in operation["responses"]:
                assert operation["security"] == [{"bearer": []}]


@dataclass
class Asker:
    """Asks what the description allows and forbids, and gathers what is wrong with the answers."""

    platform: Platform
    caller: Client
    checks: list[Any]
    faults: list[str] = field(default_factory=list)

    def ask(self, case: Any) -> int:
        """Send a request; give the status of its answer."""
        headers = {"Authorization": f"Bearer {self.caller.token}"}
        if case.method.upper() == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        case.headers.pop("Prefer", None)
        reply = case.call(base_url=self.platform.url, headers=headers, timeout=30)
        missing = [name for name in HEADERS if name not in reply.headers]
        told = f"without {missing}" if missing else ""
        try:
            case.validate_response(reply, checks=self.checks)
        except BaseException as error:  # noqa: BLE001 - groups of failures, gathered here
            told += "; ".join(str(e) for e in getattr(error, "exceptions", (error,)))
        if told:
            where = f"{case.method} {case.formatted_path} {case.query} {case.body}"
            self.faults.append(f"{where}: {reply.status_code} {told}"[:600])
        status: int = reply.status_code
        return status


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
@pytest.mark.parametrize("who", ["administrator", "onboard", "operator"])
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_described(platform: Platform, mode: GenerationMode, who: str) -> None:
    """Nobody, whatever she sends, gets an answer that is not described, or a fault of ours."""
    load_all_checks()
    checks = [CHECKS.get_one(name) for name in CHECKED]
    asker = Asker(platform, getattr(platform, who)(), checks)
    schema: Any = schemathesis.openapi.from_dict(described())
    asked, known = 0, 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if who == "operator" and not operation.path.startswith(EXCHANGE):
            continue
        known += 1
        if operation.path == ENDS_THE_SESSION:
            continue

        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            deadline=None,
            database=None,
            derandomize="CANTATA_SCHEMA_EXAMPLES" not in os.environ,
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            asker.ask(case)

        with suppress(Unsatisfiable):
            ask()
            asked += 1
    assert asker.faults == []
    # Operations that take nothing have nothing that could be wrong.
    left_out = 0 if who == "operator" else 1
    assert asked > known // 2 if mode is GenerationMode.NEGATIVE else asked == known - left_out
