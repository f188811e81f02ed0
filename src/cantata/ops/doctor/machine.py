"""What the doctor sees of the machine: room on its disks."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from cantata.ops.doctor.model import Bounds, Diagnosis, Finding

MIB = 1 << 20


def disk(folder: Path, bounds: Bounds) -> Iterable[Diagnosis]:
    """Look at the disk of the data folder, or of the folder that it will be made in."""
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(existing).free
    if free < bounds.disk_bytes_min:
        yield Diagnosis(
            finding=Finding.DISK_SHORT,
            message=f"the disk of {folder} has {free // MIB} MiB left, less than"
            f" {bounds.disk_bytes_min // MIB}",
            remedy="make room, or move the data folder: CANTATA_DATA_DIR",
            details={"folder": str(folder), "free_bytes": str(free)},
        )
