"""Why a comparison cannot be made."""

from __future__ import annotations

from cantata.kernel.errors import CantataError


class ProjectionsBehind(CantataError):
    """A projection is not where the cursor is; fields `projection`, `reached` and `cursor`."""

    code = "PROJECTIONS_BEHIND"

    def __init__(self, projection: str, reached: int, cursor: int) -> None:
        self.projection = projection
        self.reached = reached
        self.cursor = cursor
        super().__init__(
            f"the projection {projection} is at {reached}, ingestion at {cursor}",
            hint="it is being filled: compare when `cantata ingest status` shows it live",
        )
