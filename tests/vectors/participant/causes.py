"""Causes of recorded errors beside ours: what people are told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.vectors.participant.comparison import CLIENT_ERROR, SERVER_ERROR, is_error, normal

Json = Any

_NUMBERS = "JSON numbers with an exponent are written as Python does, not as Java does."
_ELSEWHERE = "There is no second synchronizer, and nothing was moved to one."

CAUSES: Mapping[str, str] = {
    "main.jsonl val_num10_jsonbig": _NUMBERS,
    "main.jsonl val_num10_jsonsmall": _NUMBERS,
    "main.jsonl exterr_allocate_garbage_tx": "Each decoder of protobuf has words of its own.",
    "main.jsonl uperr_upload_v3_incompatible": "Here the missing fields are named.",
    "main.jsonl veterr_create_none_vetted": "There is one synchronizer, so none is listed.",
    "multi-synchronizer.jsonl mserr_unassign_unknown_target": _ELSEWHERE,
    "multi-synchronizer.jsonl mserr_assign_again": _ELSEWHERE,
}
"""Causes that differ: file and name of the exchange -> reason."""

_PLACE = re.compile(r" at '[^'\n]*'$")
"""Where a refused value stands: ours say it, a participant does not."""

_HASH_SET = re.compile(r"\b(?:Hash)?Set\(([^()]*)\)")
"""A set, in whatever order a participant's memory has it."""

_OF_JAVA = re.compile(r"\b(?:java|scala|com|org)(?:\.\w+)+|\bsealed ")


def causes(recorded: Mapping[str, Json], live: Mapping[str, Json]) -> tuple[str, str] | None:
    """Give both causes in the form that is compared; None if there is nothing to compare.

    There is not where a participant fails, tells of its own classes, or says another code.
    """
    theirs: Json = recorded.get("body")
    ours: Json = live.get("body")
    if not CLIENT_ERROR <= recorded["status"] < SERVER_ERROR:
        return None
    if is_error(theirs) and is_error(ours) and theirs["code"] == ours["code"]:
        theirs, ours = theirs["cause"], ours["cause"]
    if not (isinstance(theirs, str) and isinstance(ours, str)) or _OF_JAVA.search(theirs):
        return None
    return _form(theirs), _form(_PLACE.sub("", ours))


def _form(text: str) -> str:
    return _HASH_SET.sub(_sorted, normal(text))


def _sorted(found: re.Match[str]) -> str:
    return f"Set({', '.join(sorted(found[1].split(', ')))})"
