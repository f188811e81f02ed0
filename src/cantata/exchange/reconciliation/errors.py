"""Why treasuries cannot be compared."""

from __future__ import annotations

from cantata.kernel.errors import CantataError
from cantata.kernel.time import Timestamp


class TreasuriesAhead(CantataError):
    """Treasuries know more than ingestion, which was set back; fields `known`, `reached`."""

    code = "TREASURIES_AHEAD"

    def __init__(self, known: Timestamp, reached: Timestamp | None) -> None:
        self.known = known
        self.reached = reached
        super().__init__(
            f"treasuries are as of {known}, and ingestion was set back to {reached or 'nothing'}",
            hint="compare again when ingestion has read what it had read before",
        )
