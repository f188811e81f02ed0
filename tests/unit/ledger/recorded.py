"""A real participant's recorded answers, given again by name."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx2
import pytest

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "data" / "participant"


@lru_cache(maxsize=2)
def exchanges(file: str = "main.jsonl") -> dict[str, Any]:
    """Give the exchanges of a file by name; skip the test without it."""
    path = RECORDED / file
    if not path.exists():
        pytest.skip(f"recorded answers are not at {path}")
    with path.open(encoding="utf-8") as lines:
        return {each["name"]: each for each in map(json.loads, lines)}


def answer(name: str, file: str = "main.jsonl") -> httpx2.Response:
    """Give a recorded answer as a response of HTTP."""
    recorded = exchanges(file)[name]["response"]
    body = recorded.get("body", "")
    content = body if isinstance(body, str) else json.dumps(body)
    return httpx2.Response(recorded["status"], content=content.encode())


def body(name: str) -> Any:
    """Give the body of a recorded answer."""
    return exchanges()[name]["response"]["body"]
