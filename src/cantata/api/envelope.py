"""The envelope of the short routes: success, data or error, and when and how fast."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from cantata.api.problems import INVALID, MALFORMED, Refused
from cantata.kernel.time import Clock

PREFIX = "/api/"
MS = 1_000_000
VALIDATION = "VALIDATION_FAILED"


def succeeded(request: Request, data: Any, status: int = 200, **beside: Any) -> JSONResponse:
    """Answer with data, and with what stands beside it."""
    body = {"success": True, "data": data, "error": None, **beside, "metadata": _metadata(request)}
    return JSONResponse(body, status)


def failed(request: Request, refused: Refused) -> JSONResponse:
    """Answer with an error; what is wrong with a field is a validation error, 400."""
    is_invalid = bool(refused.errors) or refused.kind.status == MALFORMED
    text = f"validation failed: {refused.detail}" if is_invalid else refused.detail
    status = MALFORMED if refused.errors and refused.kind.status == INVALID else refused.kind.status
    body = {
        "success": False,
        "data": None,
        "error": text,
        "code": refused.code,
        "remedy": refused.remedy,
        "metadata": _metadata(request),
    }
    return JSONResponse(body, status, headers=dict(refused.headers))


def _metadata(request: Request) -> dict[str, Any]:
    clock: Clock = request.app.state.edge.clock
    began: int = request.state.began_ns
    return {
        "requestId": request.state.request_id,
        "timestamp": str(clock.now()),
        "processingTime": (clock.monotonic_ns() - began) // MS,
    }
