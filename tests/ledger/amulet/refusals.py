"""Refusals side by side: ours and the recorded one in the same form."""

from __future__ import annotations

import re
from typing import Any

from cantata.kernel.errors import CantataError
from tests.ledger.amulet.names import Names
from tests.ledger.amulet.recording import Execute, Json, Submit

OF_THE_FRONT = {
    "FAILED_TO_EXECUTE_TRANSACTION": "signatures",
    "DUPLICATE_COMMAND": "deduplication",
}
"""Codes of refusals by parts of a participant that stand before the ledger."""

OF_THE_REQUEST = ("Mismatch between DisclosedContract", "Invalid template:")
"""What INVALID_ARGUMENT says when the body of a request is refused before it is understood."""

OF_THE_PARTICIPANT = (
    "participant",
    "category",
    "tid",
    "definite_answer",
    "commands",
    "psid",
    "reported_by_participant_id",
    "confirming_parties",
)
"""Context that says who answered which request, not why it was refused."""

_HEAD = re.compile(r"[A-Z_]+\(\d+,[0-9a-f]+\): ")
_CUT = "..."


def front(step: Submit | Execute) -> str:
    """Name the part before the ledger that refused a step, "" if the ledger did."""
    answer = step.answer
    if answer["code"] in OF_THE_FRONT:
        return OF_THE_FRONT[answer["code"]]
    cause = str(answer["cause"])
    return "requests" if any(said in cause for said in OF_THE_REQUEST) else ""


def recorded_refusal(answer: Json) -> Json:
    """Give what is compared of a recorded refusal."""
    context = answer["context"]
    assert context["category"] == str(answer["errorCategory"])
    return {
        "code": answer["code"],
        "category": answer["errorCategory"],
        "cause": _HEAD.sub("", answer["cause"]),
        "context": {key: context[key] for key in context if key not in OF_THE_PARTICIPANT},
        "contracts": sorted(value for kind, value in answer["resources"] if "CONTRACT_ID" in kind),
    }


def our_refusal(error: CantataError, names: Names) -> Json:
    """Give what is compared of one of ours, with recorded contract ids."""
    context = {key: names.text(text) for key, text in error.context.items()}
    if hasattr(error, "error_id"):
        context["error_id"] = error.error_id
    return {
        "code": error.code,
        "category": getattr(error, "category", None),
        "cause": names.text(_cause(error)),
        "context": context,
        "contracts": sorted(map(names.theirs, _contracts(error))),
    }


def like(ours: Json, theirs: Json) -> Json:
    """Give ours, its cause cut where the recorded one is."""
    cause = theirs["cause"]
    if cause.endswith(_CUT) and str(ours["cause"]).startswith(cause.removesuffix(_CUT)):
        return {**ours, "cause": cause}
    return ours


def _cause(error: Any) -> str:
    for name in ("full_message", "cause", "message"):
        if hasattr(error, name):
            return str(getattr(error, name))
    return str(error)


def _contracts(error: Any) -> list[str]:
    listed = [value for kind, value in getattr(error, "resources", ()) if kind == "CONTRACT_ID"]
    named = getattr(error, "contract_id", None)
    return listed or ([] if named is None else [named])
