"""Many values in one parameter of a statement, as JSON, which is quick to write and to read."""

from __future__ import annotations

import json
from collections.abc import Mapping

GONE = "json_to_recordset(CAST(:gone AS json)) AS gone(cid text, at bigint)"
"""What `gone` gives, as rows of a statement: contract ids and offsets."""


def gone(used: Mapping[str, int]) -> str:
    """Give contracts that are used up, each with its offset."""
    return json.dumps([{"cid": contract, "at": offset} for contract, offset in used.items()])
