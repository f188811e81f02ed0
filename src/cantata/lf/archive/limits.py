"""The bounds within which archives and DARs are read; everything beyond is refused."""

from __future__ import annotations

from dataclasses import dataclass

MESSAGE_DEPTH = {"1": 1000, "2": 100, "3": 100}
"""Deepest nesting of messages by LF minor version, as Canton's reader has it."""

NAME_LENGTH = 1000
"""Longest identifier, and longest dotted name in total."""

MERGED_PARAMETERS = 64
"""Most one-parameter forms of LF 2.2 that are read as one form of many parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on input: bytes, counts, and the size of what shared table entries stand for.

    Interning tables share entries, so few bytes can stand for very large or deep types and
    expressions; `expanded_nodes` bounds each entry's size written out, `expanded_depth` its depth.
    """

    dar_bytes: int = 128 * 2**20
    zip_entries: int = 20_000
    entry_bytes: int = 64 * 2**20
    unpacked_bytes: int = 256 * 2**20
    packages: int = 1_000
    archive_bytes: int = 64 * 2**20
    expanded_nodes: int = 2_000_000
    expanded_depth: int = 1_000
    package_nodes: int = 20_000_000


LIMITS = Limits()
