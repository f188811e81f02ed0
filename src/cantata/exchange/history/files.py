"""Recorded histories as files: what they say of a party, without a ledger or a database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cantata.exchange.history.errors import MalformedHistory, MalformedTransaction
from cantata.exchange.history.recorded import contracts_in, made_in, updates_in
from cantata.exchange.history.state import History, State
from cantata.exchange.history.wire import state_json
from cantata.ledger.model.updates import Update

FILE_BYTES_MAX = 1 << 30
"""Bytes of one file of recorded answers."""


def parsed(
    party: str, files: Sequence[Path], events: Path | None, contracts: Path | None
) -> dict[str, Any]:
    """Give holdings, waiting instructions and entries of a party, as they are shown in JSON.

    `contracts` are active contracts to begin from, `events` tell of others that were made before.
    Raise MalformedHistory, which names the file and the place.
    """
    found = [(update, path) for path in files for update in updates_in(_content(path), str(path))]
    begin = () if contracts is None else contracts_in(_content(contracts), str(contracts))
    made = () if events is None else made_in(_content(events), str(events))
    state = State.of_contracts(party, begin)
    history = History(state, elsewhere=State.of_contracts(party, made))
    for update, path in _in_order(found):
        try:
            history.add(update)
        except MalformedTransaction as error:
            place = f"node {error.node_id} of update {error.update_id}"
            raise MalformedHistory(str(path), place, error.reason) from None
    return state_json(state, history.entries)


def _in_order(updates: list[tuple[Update, Path]]) -> list[tuple[Update, Path]]:
    """Put the updates of several files in the order in which they were recorded."""
    return sorted(updates, key=_offset)


def _offset(update: tuple[Update, Path]) -> int:
    return update[0].offset


def _content(path: Path) -> Any:
    try:
        with path.open("rb") as stream:
            data = stream.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise MalformedHistory(str(path), "the file", error.strerror or str(error)) from error
    if len(data) > FILE_BYTES_MAX:
        raise MalformedHistory(str(path), "the file", f"is larger than {FILE_BYTES_MAX} bytes")
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise MalformedHistory(str(path), place, f"is no JSON: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise MalformedHistory(str(path), f"byte {error.start}", "is no UTF-8") from None
    except RecursionError:
        raise MalformedHistory(str(path), "the file", "is nested too deeply") from None
