"""The status of refused commands as completions carry it."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from cantata.lf.archive.wire import varint
from cantata.sandbox.participant.errors import Refusal

Json = dict[str, Any]

SUCCEEDED: Json = {"code": 0, "message": "", "details": []}
TRACE_SHOWN = 8
_PREFIX = "type.googleapis.com/google.rpc."
_UNKNOWN: Json = {"unknownFields": {"fields": {}}}


def status_of(refusal: Refusal, trace_id: str) -> Json:
    """Write a refusal as a gRPC status."""
    body = refusal.to_json(trace_id)
    return {
        "code": refusal.grpc,
        "message": f"{refusal.error_code}({refusal.category},{trace_id[:TRACE_SHOWN]}): "
        f"{refusal.cause}",
        "details": list(_details(refusal, body, trace_id)),
    }


def _details(refusal: Refusal, body: Json, trace_id: str) -> Iterable[Json]:
    metadata: dict[str, str] = body["context"]
    pairs = [_text(1, key) + _text(2, value) for key, value in metadata.items()]
    yield _detail(
        "ErrorInfo",
        _text(1, refusal.error_code) + b"".join(_bytes(3, pair) for pair in pairs),
        {"reason": refusal.error_code, "domain": "", "metadata": metadata},
    )
    if body["retryInfo"] is not None:
        yield _detail(
            "RetryInfo",
            _bytes(1, bytes((8, 1))),
            {"retryDelay": {"seconds": 1, "nanos": 0, **_UNKNOWN}},
        )
    yield _detail("RequestInfo", _text(1, trace_id), {"requestId": trace_id, "servingData": ""})
    for kind, name in refusal.resources:
        yield _detail(
            "ResourceInfo",
            _text(1, kind) + _text(2, name),
            {"resourceType": kind, "resourceName": name, "owner": "", "description": ""},
        )


def _detail(kind: str, value: bytes, decoded: Json) -> Json:
    return {
        "typeUrl": _PREFIX + kind,
        "value": base64.b64encode(value).decode(),
        "valueDecoded": {**decoded, **_UNKNOWN},
        **_UNKNOWN,
    }


def _text(number: int, text: str) -> bytes:
    return _bytes(number, text.encode("utf-8", "replace"))


def _bytes(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content
