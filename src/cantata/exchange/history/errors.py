"""What makes a history unreadable; hostile contracts in it do not, broken streams and files do."""

from __future__ import annotations

from typing import ClassVar

from cantata.kernel.errors import CantataError

_SHOWN_MAX = 120


class MalformedTransaction(CantataError):
    """The nodes of a transaction are no tree; fields `update_id`, `node_id`, `reason`."""

    code: ClassVar[str] = "MALFORMED_TRANSACTION"

    def __init__(self, update_id: str, node_id: int, reason: str) -> None:
        self.update_id = update_id
        self.node_id = node_id
        self.reason = reason
        super().__init__(
            f"node {node_id} of update {update_id} {reason}",
            hint="read the update from the participant again, in the shape LEDGER_EFFECTS",
        )


class OutOfOrder(CantataError):
    """An update comes before one that was parsed already; fields `update_id`, `offset`, `last`."""

    code: ClassVar[str] = "HISTORY_OUT_OF_ORDER"

    def __init__(self, update_id: str, offset: int, last: int) -> None:
        self.update_id = update_id
        self.offset = offset
        self.last = last
        super().__init__(
            f"update {update_id} at offset {offset} comes after offset {last}",
            hint="give the updates of one participant, in the order of their offsets",
        )


class TwoSynchronizers(CantataError):
    """A history is spread over two synchronizers; fields `known`, `found`, `offset`."""

    code: ClassVar[str] = "HISTORY_OF_TWO_SYNCHRONIZERS"

    def __init__(self, known: str, found: str, offset: int) -> None:
        self.known = known
        self.found = found
        self.offset = offset
        super().__init__(
            f"the update at offset {offset} is of synchronizer {found}, those before of {known}",
            hint="parse the histories of different networks or participants one by one",
        )


class UnsupportedUpdate(CantataError):
    """An update moves contracts in a way that is not parsed; fields `kind`, `offset`."""

    code: ClassVar[str] = "HISTORY_UPDATE_UNSUPPORTED"

    def __init__(self, kind: str, offset: int) -> None:
        self.kind = kind[:_SHOWN_MAX]
        self.offset = offset
        super().__init__(
            f"the update at offset {offset} is a {self.kind}, which moves contracts between"
            " synchronizers",
            hint="begin again from the active contracts at an offset after it",
        )


class MalformedHistory(CantataError):
    """A file is no recorded history; fields `source` and `place` say where, `reason` why."""

    code: ClassVar[str] = "MALFORMED_HISTORY"

    def __init__(self, source: str, place: str, reason: str) -> None:
        self.source = source
        self.place = place
        self.reason = reason[:_SHOWN_MAX]
        super().__init__(
            f"{source}: {place}: {self.reason}",
            hint="give what the JSON Ledger API answered: updates or transactions, as a list or"
            " as an object with `updates`",
        )
