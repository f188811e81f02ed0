"""Writes .env.example: every setting with what it means and its default."""

from __future__ import annotations

from pathlib import Path

from cantata.config import example

TARGET = Path(__file__).resolve().parents[1] / ".env.example"

if __name__ == "__main__":
    TARGET.write_text(example(), encoding="utf-8")
