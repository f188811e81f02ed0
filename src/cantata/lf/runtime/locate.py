"""Finding the place in a contract's source at which translated code failed."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType

from cantata.lf.model import Location


def locate(
    traceback: TracebackType | None, places: Mapping[str, Mapping[int, tuple[str, int]]]
) -> Location | None:
    """Give the place of the innermost line that has one, or None."""
    found: Location | None = None
    while traceback is not None:
        lines = places.get(traceback.tb_frame.f_code.co_filename)
        place = lines.get(traceback.tb_lineno) if lines else None
        if place is not None:
            file, line = place
            found = Location(file, line - 1, 0, line - 1, 0)
        traceback = traceback.tb_next
    return found
