"""Calls of commands and of external submission."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.api.calls.call import (
    ACTORS,
    OUTSIDE_READERS,
    READERS,
    USERS,
    Call,
    at,
    executing,
    submitting,
    with_body,
)
from tests.api.scene import Scene

PREFERRED = "/v2/interactive-submission/preferred-package-version"


def _preferred(scene: Scene) -> dict[str, Any]:
    wanted = {"parties": [scene.alice], "packageName": "oracle-types"}
    return {"packageVettingRequirements": [wanted], "synchronizerId": "", "vettingValidAt": None}


def _unknown_name(scene: Scene) -> dict[str, Any]:
    wanted = {"parties": [scene.alice], "packageName": "no-such-package"}
    return {"packageVettingRequirements": [wanted], "synchronizerId": "", "vettingValidAt": None}


COMMANDS: Mapping[str, Call] = {
    "POST /v2/commands/submit-and-wait": submitting("/v2/commands/submit-and-wait"),
    "POST /v2/commands/submit-and-wait-for-transaction": Call(
        with_body(
            "/v2/commands/submit-and-wait-for-transaction",
            lambda scene: {"commands": scene.submission()},
        ),
        ACTORS,
        at("/v2/commands/submit-and-wait-for-transaction", {}),
    ),
    "POST /v2/commands/submit-and-wait-for-transaction-tree": submitting(
        "/v2/commands/submit-and-wait-for-transaction-tree"
    ),
    "POST /v2/commands/async/submit": submitting("/v2/commands/async/submit"),
    "POST /v2/commands/completions": Call(
        with_body(
            "/v2/commands/completions?stream_idle_timeout_ms=1",
            lambda scene: {"userId": "", "parties": [scene.alice], "beginExclusive": 0},
        ),
        READERS,
        with_body(
            "/v2/commands/completions",
            lambda scene: {"userId": "", "parties": [scene.alice], "beginExclusive": -1},
        ),
    ),
    "POST /v2/commands/command-completions": Call(
        with_body(
            "/v2/commands/command-completions?stream_idle_timeout_ms=1",
            lambda scene: {"parties": [scene.alice], "beginExclusive": 0},
        ),
        READERS,
        with_body(
            "/v2/commands/command-completions",
            lambda scene: {"parties": [scene.alice], "beginExclusive": 2**60},
        ),
    ),
}

INTERACTIVE: Mapping[str, Call] = {
    "POST /v2/interactive-submission/prepare": Call(
        with_body("/v2/interactive-submission/prepare", Scene.preparation),
        OUTSIDE_READERS,
        with_body(
            "/v2/interactive-submission/prepare", lambda scene: scene.preparation(commands=[])
        ),
    ),
    "POST /v2/interactive-submission/execute": executing("/v2/interactive-submission/execute"),
    "POST /v2/interactive-submission/executeAndWait": executing(
        "/v2/interactive-submission/executeAndWait"
    ),
    "POST /v2/interactive-submission/executeAndWaitForTransaction": executing(
        "/v2/interactive-submission/executeAndWaitForTransaction"
    ),
    "POST /v2/interactive-submission/preferred-packages": Call(
        with_body("/v2/interactive-submission/preferred-packages", _preferred),
        USERS,
        with_body("/v2/interactive-submission/preferred-packages", _unknown_name),
        404,
    ),
    "GET /v2/interactive-submission/preferred-package-version": Call(
        lambda scene: (
            f"{PREFERRED}?parties={scene.alice}&package-name=oracle-types",
            None,
        ),
        USERS,
        at(PREFERRED),
    ),
}
