"""Whatever the documents allow, and what they do not, is answered without a fault of the server.

`CANTATA_SCHEMA_EXAMPLES` is the number of requests for each operation and kind; more look deeper.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from tests.api.documents import LINE, PUBLISHED
from tests.api.salt import Known, known_values, salted
from tests.api.scene import Scene
from tests.api.tokens import bearer

EXAMPLES = int(os.environ.get("CANTATA_SCHEMA_EXAMPLES", "4"))
FAULT, UNIMPLEMENTED = 500, 501


@pytest.fixture(scope="module")
def known(scene: Scene) -> Known:
    return known_values(scene)


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_published_document(scene: Scene, known: Known, mode: GenerationMode) -> None:
    text = (PUBLISHED / f"{LINE}.openapi.yaml").read_text(encoding="utf-8")
    require_no_faults(scene, known, text, mode)


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_served_document(scene: Scene, known: Known, mode: GenerationMode) -> None:
    require_no_faults(scene, known, scene.sandbox.get("/docs/openapi").text, mode)


def require_no_faults(scene: Scene, known: Known, document: str, mode: GenerationMode) -> None:
    """Send requests to every operation of a document."""
    schema = schemathesis.openapi.from_dict(yaml.safe_load(document))
    faults: list[str] = []
    asked = 0
    for operation in operations(schema):

        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), random=st.randoms())
        def ask(case: Any, random: Random) -> None:
            case.body = salted(case.body, known, random)
            case.path_parameters = salted(case.path_parameters, known, random)
            case.query = salted(case.query, known, random)
            headers = bearer(scene.personas["everything"])
            reply = case.call(base_url=scene.sandbox.url, headers=headers, timeout=30)
            if reply.status_code >= FAULT and reply.status_code != UNIMPLEMENTED:
                faults.append(f"{case.formatted_path} {case.query} {case.body}: {reply.text}")

        # Where everything is allowed there is nothing that is not.
        with suppress(Unsatisfiable):
            ask()
            asked += 1
    assert asked > (60 if mode is GenerationMode.POSITIVE else 40)
    assert faults == []


def operations(schema: Any) -> Iterator[Any]:
    for result in schema.get_all_operations():
        yield result.ok()
