"""What a test author wants to know about a refusal: where, with which values, what is there."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from pathlib import Path

from cantata.kernel.errors import CantataError
from cantata.kernel.words import short_ids, short_parties
from cantata.lang.diagnostics.rule import from_here
from cantata.lf.model import Location
from cantata.lf.runtime.errors import ContractNotFound, FailureStatus, InterpretationError
from cantata.sandbox.engine import Contract, Exercise, Update


def notes_on(error: CantataError) -> Iterator[str]:
    """Give the error's place in the contract's source, its id and fields, its text in short."""
    if isinstance(error, InterpretationError) and error.location is not None:
        yield f"at {place(error.location)}: {_line(error.location)}"
    if isinstance(error, FailureStatus):
        yield f"error id {error.error_id}, category {error.category}"
        yield from (f"with {name} = {value}" for name, value in error.metadata.items())
    for line in error.context.get("exercise_trace", "").splitlines():
        yield short_ids(line.strip())
    short = short_ids(error.message)
    if short != error.message:
        yield f"in short: {short}"


def notes_on_missing(
    error: ContractNotFound, active: Contract | None, updates: list[Update]
) -> Iterator[str]:
    """Say what the ledger under test knows of a contract that its submitter may not use."""
    if active is not None:
        yield (
            f"it is an active {active.template.name} that only its stakeholders see: "
            f"{short_parties(active.stakeholders)}; submit with disclosed=[ledger.disclose(…)], "
            "or with read_as=[…] one of them"
        )
        return
    for update in reversed(updates):
        for node in update.tree.nodes:
            consumed = isinstance(node, Exercise) and node.consuming
            if consumed and node.contract_id == error.contract_id:
                yield f"it was archived by {node.choice} in the update at offset {update.offset}"
                return


def place(location: Location) -> str:
    """Give file and line, the file from the current folder if it is below it."""
    return f"{from_here(Path(location.file))}:{location.start_line + 1}"


def _line(location: Location) -> str:
    return linecache.getline(location.file, location.start_line + 1).strip()
