"""Why a batch, or a row of it, is refused."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.http.errors import RowFault, RowsRefused
from cantata.kernel.errors import CantataError


class BatchRefused(RowsRefused):
    """Rows of a batch are not possible, and nothing was done; field `faults` has each."""

    code = "BATCH_REFUSED"

    def __init__(self, faults: Sequence[RowFault], rows: int) -> None:
        super().__init__(
            faults,
            f"{len({fault.line for fault in faults})} of {rows} rows are refused,"
            " and nothing was done",
            hint="`errors` names line, column and reason of each; repair them and send all again",
        )


class FileRefused(RowsRefused):
    """A file cannot be read as rows of a batch; field `faults` says where and why."""

    code = "BATCH_UNREADABLE"

    def __init__(self, *faults: RowFault) -> None:
        first = faults[0]
        where = f"line {first.line}" + (f", column {first.column!r}" if first.column else "")
        super().__init__(
            faults,
            f"the batch cannot be read: {where}: {first.message}",
            hint="see `errors`; nothing was done",
        )


class BatchTooLarge(CantataError):
    """A batch has more rows than one may have, or than one transaction holds.

    Fields `rows` and `most`.
    """

    code = "BATCH_TOO_LARGE"

    def __init__(self, rows: int, most: int, why: str) -> None:
        self.rows = rows
        self.most = most
        super().__init__(
            f"the batch has {rows} rows, and {why} has at most {most}; nothing was done",
            hint=f"send batches of at most {most} rows",
        )


class BatchOverLimit(CantataError):
    """A batch has more rows than its rate limit ever admits; fields `rows` and `most`."""

    code = "BATCH_OVER_LIMIT"

    def __init__(self, rows: int, most: int, limit: str) -> None:
        self.rows = rows
        self.most = most
        super().__init__(
            f"the batch has {rows} rows, and the limit {limit!r} never admits more than {most}",
            hint="send smaller batches, or have the limit raised: CANTATA_RATE_LIMITS",
        )
