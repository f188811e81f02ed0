"""The published description is the application's own, and every answer is one that it names.

`CANTATA_SCHEMA_EXAMPLES` is the number of requests for each operation and kind; more look deeper.
"""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from cantata.api.app import described
from scripts import openapi
from tests.api.platform.running import Platform

EXAMPLES = int(os.environ.get("CANTATA_SCHEMA_EXAMPLES", "3"))
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
ENDS_THE_SESSION = "/v1/sessions:end"


def test_the_published_description_is_current() -> None:
    published = openapi.TARGET.read_text(encoding="utf-8")
    assert published == openapi.text(), "run: python scripts/openapi.py"


def test_changes_want_a_key_and_reads_do_not() -> None:
    for path, operations in described()["paths"].items():
        for method, operation in operations.items():
            names = {each["name"] for each in operation.get("parameters", ())}
            assert method == "post" or "Idempotency-Key" not in names, path


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_described(platform: Platform, mode: GenerationMode) -> None:
    load_all_checks()
    checks = [CHECKS.get_one(name) for name in CHECKED]
    caller = platform.onboard()
    schema: Any = schemathesis.openapi.from_dict(described())
    faults: list[str] = []
    asked = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path == ENDS_THE_SESSION:
            continue

        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            deadline=None,
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            headers = {"Authorization": f"Bearer {caller.token}"}
            if case.method.upper() == "POST":
                headers["Idempotency-Key"] = str(uuid.uuid4())
            case.headers.pop("Prefer", None)
            reply = case.call(base_url=platform.url, headers=headers, timeout=30)
            try:
                case.validate_response(reply, checks=checks)
            except BaseException as error:  # noqa: BLE001 - groups of failures, gathered here
                told = "; ".join(str(e) for e in getattr(error, "exceptions", (error,)))
                where = f"{case.method} {case.formatted_path} {case.query} {case.body}"
                faults.append(f"{where}: {reply.status_code} {told}"[:600])

        with suppress(Unsatisfiable):
            ask()
            asked += 1
    assert asked > 40
    assert faults == []
