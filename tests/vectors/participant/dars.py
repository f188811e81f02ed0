"""The DARs that recordings name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.vectors.participant.exchanges import Exchange


@dataclass(frozen=True, slots=True)
class Dars:
    """DARs by name, in some folders."""

    folders: tuple[Path, ...]

    @classmethod
    def beside(cls, file: Path) -> Dars:
        """Look beside a recording, and in the folder that CANTATA_DARS names."""
        named = os.environ.get("CANTATA_DARS")
        beside = (file.parent / "packages", file.parent)
        return cls((*beside, Path(named)) if named else beside)

    def find(self, name: str) -> bytes | None:
        """Give the bytes of a DAR, None if it is not at hand."""
        for folder in self.folders:
            path = folder / name
            if path.is_file():
                return path.read_bytes()
        return None

    def has_all(self, exchange: Exchange) -> bool:
        """Tell whether all is at hand that a request sends or needs to be there."""
        body = exchange.request.get("body")
        sent = body if isinstance(body, dict) else {}
        files = [*exchange.needs, *([sent["$file"]] if "$file" in sent else [])]
        return "$omitted" not in sent and all(self.find(each) is not None for each in files)
