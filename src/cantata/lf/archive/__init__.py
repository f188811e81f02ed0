"""Archives (DALF) and DARs of Daml-LF 2.1 to 2.3: read strictly, written reproducibly."""

from __future__ import annotations

from cantata.lf.archive.dar import Dar, dependency_closure, read_dar, write_dar
from cantata.lf.archive.errors import ArchiveError
from cantata.lf.archive.limits import LIMITS, Limits
from cantata.lf.archive.reader import read_archive, read_payload, read_stored
from cantata.lf.archive.rebind import bind_package_id
from cantata.lf.archive.stored import StoredPackage
from cantata.lf.archive.writer import write_package

__all__ = [
    "LIMITS",
    "ArchiveError",
    "Dar",
    "Limits",
    "StoredPackage",
    "bind_package_id",
    "dependency_closure",
    "read_archive",
    "read_dar",
    "read_payload",
    "read_stored",
    "write_dar",
    "write_package",
]
