"""Writes docs/reference/openapi.json: the description of our HTTP API."""

from __future__ import annotations

import json
from pathlib import Path

from cantata.api.app import described

TARGET = Path(__file__).resolve().parents[1] / "docs" / "reference" / "openapi.json"


def text() -> str:
    """Give the content of the file."""
    return json.dumps(described(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
