"""The record of uploaded packages: which DAR each came in, and for which admin."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert

from cantata.exchange.model.treasury import UploadedPackage
from cantata.exchange.repository.tables import PACKAGES
from cantata.kernel.ids import PackageId, PackageName, PackageVersion, PartyId
from cantata.storage.session import ReadSession, WriteSession

PACKAGES_MAX = 10_000


async def save(session: WriteSession, package: UploadedPackage) -> None:
    """Write down a package; the DAR that it came in last is the one that counts."""
    row = {
        "admin": package.admin,
        "package_id": package.id,
        "name": package.name,
        "version": package.version,
        "dar_sha256": package.dar_sha256,
        "uploaded_at": package.uploaded_at,
    }
    key = ["admin", "package_id"]
    changed = {name: value for name, value in row.items() if name not in key}
    statement = insert(PACKAGES).values(row)
    await session.run(statement.on_conflict_do_update(index_elements=key, set_=changed))


async def every(session: ReadSession) -> tuple[UploadedPackage, ...]:
    """Give all of them, in the order in which a restored participant is given them again."""
    ordered = select(PACKAGES).order_by(PACKAGES.c.uploaded_at, PACKAGES.c.package_id)
    return tuple(map(_package, await session.all(ordered.limit(PACKAGES_MAX))))


def _package(row: Row[Any]) -> UploadedPackage:
    return UploadedPackage(
        admin=PartyId(row.admin),
        id=PackageId(row.package_id),
        name=PackageName(row.name),
        version=PackageVersion(row.version),
        dar_sha256=row.dar_sha256,
        uploaded_at=row.uploaded_at,
    )
