"""When two answers are equal: ids, times, hashes, offsets and trace ids apart."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.vectors.participant.translation import ID, OFFSETS, SIGNED, TOKENS

Json = Any

VOLATILE = (
    OFFSETS
    | SIGNED
    | TOKENS
    | {
        "contractKeyHash",
        "correlationId",
        "createdAt",
        "createdEventBlob",
        "effectiveAt",
        "hash",
        "now_ms",
        "paidTrafficCost",
        "preparedTransaction",
        "recordTime",
        "submissionId",
        "synchronizerTime",
        "throttled",
        "tid",
        "topologySerial",
        "topologyTransactions",
        "traceId",
        "traceparent",
        "traceContext",
        "updateId",
        "version",
        "costEstimation",
    }
)
UNORDERED = frozenset(("rights", "newlyGrantedRights", "newlyRevokedRights"))
"""Sets that a participant lists in the order of hashes of party ids."""

INTERNAL, SECURITY_SENSITIVE = 4, -1
"""Categories: a fault of the participant itself; one that tells nothing."""

CLIENT_ERROR, SERVER_ERROR = 400, 500
SHOWN_MAX = 80
DIFFERENCES_MAX = 6

_VARYING = (
    (ID, "<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?"), "<time>"),
    (re.compile(r"\b[0-9a-f]{8,64}\b"), "<hash>"),
    (re.compile(r"\b127\.0\.0\.1:\d+"), "<host>"),
    (re.compile(r"\bNodeId\(\d+\)"), "<node>"),
    (re.compile(r"\b\d{2,}\b"), "<number>"),
)


def differences(recorded: Mapping[str, Json], live: Mapping[str, Json]) -> list[str]:
    """Say how a live answer differs from the recorded one; nothing if it is equal."""
    status, other = recorded["status"], live["status"]
    if status >= SERVER_ERROR and CLIENT_ERROR <= other < SERVER_ERROR:
        return []
    if status != other:
        return [f"status {other} not {status}: {_shown(live.get('body'))}"]
    found = []
    if "contentType" in recorded and _media(recorded) != _media(live):
        found.append(f"content type {live.get('contentType')} not {recorded['contentType']}")
    if "body" in recorded:
        found += bodies(recorded["body"], live.get("body"))
    return found[:DIFFERENCES_MAX]


def bodies(recorded: Json, live: Json) -> list[str]:
    """Say how two bodies, or two frames, differ."""
    if is_error(recorded) and is_error(live):
        explained = live["errorCategory"] not in (INTERNAL, SECURITY_SENSITIVE)
        if recorded["errorCategory"] == INTERNAL and explained:
            return []
        return list(_errors(recorded, live))
    if isinstance(recorded, str) and isinstance(live, str):
        return []
    return list(_values(recorded, live, "$", ""))


def is_error(body: Json) -> bool:
    """Tell whether a body is an error of the participant."""
    return isinstance(body, dict) and "code" in body and "errorCategory" in body


def normal(text: str) -> str:
    """Give a text without what varies from run to run."""
    for pattern, name in _VARYING:
        text = pattern.sub(name, text)
    return text


def _errors(recorded: Mapping[str, Json], live: Mapping[str, Json]) -> Iterator[str]:
    for key in ("code", "errorCategory", "grpcCodeValue", "retryInfo", "definiteAnswer"):
        if recorded.get(key) != live.get(key):
            yield f"{key} {live.get(key)!r} not {recorded.get(key)!r}"
    if recorded.keys() != live.keys():
        yield f"keys {sorted(live)} not {sorted(recorded)}"
    if recorded["context"].keys() != live["context"].keys():
        yield f"context {sorted(live['context'])} not {sorted(recorded['context'])}"
    kinds, others = ([pair[0] for pair in each["resources"]] for each in (recorded, live))
    if kinds != others:
        yield f"resources {others} not {kinds}"


def _values(recorded: Json, live: Json, path: str, name: str) -> Iterator[str]:
    if name in VOLATILE and (recorded is None) == (live is None):
        return
    if isinstance(recorded, dict) and isinstance(live, dict):
        yield from _members(recorded, live, path)
    elif isinstance(recorded, list) and isinstance(live, list):
        if len(recorded) != len(live):
            yield f"{path} has {len(live)} elements, not {len(recorded)}"
            return
        if name in UNORDERED:
            recorded, live = (sorted(each, key=_sorting) for each in (recorded, live))
        for index, (each, other) in enumerate(zip(recorded, live, strict=True)):
            yield from _values(each, other, f"{path}[{index}]", name)
    elif isinstance(recorded, str) and isinstance(live, str):
        if recorded != live and normal(recorded) != normal(live):
            yield f"{path}: {_shown(live)} not {_shown(recorded)}"
    elif type(recorded) is not type(live) or recorded != live:
        yield f"{path}: {_shown(live)} not {_shown(recorded)}"


def _members(recorded: Mapping[str, Json], live: Mapping[str, Json], path: str) -> Iterator[str]:
    for key in sorted(recorded.keys() - live.keys()):
        yield f"{path}.{key} missing"
    for key in sorted(live.keys() - recorded.keys()):
        yield f"{path}.{key} surplus"
    for key in recorded.keys() & live.keys():
        yield from _values(recorded[key], live[key], f"{path}.{key}", key)


def _sorting(element: Json) -> str:
    return normal(json.dumps(element, sort_keys=True))


def _media(answer: Mapping[str, Json]) -> str:
    return str(answer.get("contentType") or "").lower().replace(" ", "")


def _shown(value: Json) -> str:
    text = str(value)
    return repr(text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…")
