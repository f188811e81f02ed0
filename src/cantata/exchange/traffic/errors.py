"""Why the traffic of a participant is not known."""

from __future__ import annotations

from cantata.kernel.errors import CantataError


class TrafficUnknown(CantataError):
    """Nobody told how much traffic is left; fields `url` and `reason`."""

    code = "TRAFFIC_UNKNOWN"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(
            f"{url} does not say how much traffic is left: {reason}",
            hint="submissions go on, or stay paused, as they were; check CANTATA_TRAFFIC_URL",
        )
