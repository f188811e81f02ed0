"""What a durable store refuses, and what can happen to it."""

from __future__ import annotations

from typing import ClassVar

from cantata.kernel.errors import CantataError

_NOT_AVAILABLE = 1
_CONTENTION = 2
_INTERNAL = 4


class StoreUnavailable(CantataError):
    """The store takes no new records at present; reads go on. `category` is Canton's."""

    code: ClassVar[str] = "SERVICE_NOT_RUNNING"
    category: ClassVar[int] = _NOT_AVAILABLE
    is_definite: ClassVar[bool] = True
    """Whether what was refused with this error is sure not to be on disk."""


class StoreFull(StoreUnavailable):
    """There is no room on the disk; nothing of the batch was recorded."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the ledger's disk is full, nothing was recorded: {reason}",
            hint="make room on the disk, then submit again",
        )
        self.reason = reason


class StoreFailed(StoreUnavailable):
    """Writing failed; whether the batch is on disk is known once the store has recovered."""

    is_definite: ClassVar[bool] = False

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the ledger's disk refused to write: {reason}",
            hint="look after the disk; submit again with the same command id",
        )
        self.reason = reason


class StoreRecovered(StoreUnavailable):
    """The store has just gone back to its last durable point; this command came too early."""

    def __init__(self) -> None:
        super().__init__("the ledger has just recovered from a full disk", hint="submit again")


class StoreClosed(StoreUnavailable):
    """The store was closed."""

    def __init__(self) -> None:
        super().__init__("the ledger's store is closed", hint="open it again")


class StoreBusy(StoreUnavailable):
    """More waits for the disk than the store may hold in memory."""

    code: ClassVar[str] = "PARTICIPANT_BACKPRESSURE"
    category: ClassVar[int] = _CONTENTION

    def __init__(self, waiting_bytes: int) -> None:
        super().__init__(
            f"{waiting_bytes} bytes wait for the ledger's disk", hint="submit again, slower"
        )
        self.waiting_bytes = waiting_bytes


class StoreInUse(CantataError):
    """Another process, or another store of this one, has the file open."""

    code: ClassVar[str] = "STORE_IN_USE"

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is in use", hint="stop the other process, or use another file")
        self.path = path


class StoreUnusable(CantataError):
    """The file cannot be made or opened; field `path`."""

    code: ClassVar[str] = "STORE_UNUSABLE"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path} cannot be used as a store: {reason}",
            hint="its folder has to be there and to be writable, and it has to be a file",
        )
        self.path = path


class UnknownFormat(CantataError):
    """The file is no store, or of a version that this program does not read."""

    code: ClassVar[str] = "UNKNOWN_STORE_FORMAT"

    def __init__(self, path: str, found: str) -> None:
        super().__init__(
            f"{path} is no store of this version: {found}",
            hint="use the version that wrote it, or another file",
        )
        self.path = path
        self.found = found


class CorruptStore(CantataError):
    """The file does not hold what was written; `place` says where."""

    code: ClassVar[str] = "CORRUPT_STORE"
    category: ClassVar[int] = _INTERNAL

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(
            f"the ledger's store is damaged at {place}: {reason}",
            hint="restore the file from a backup",
            context={"place": place},
        )
        self.place = place
        self.reason = reason
