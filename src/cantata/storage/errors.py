"""What can go wrong with the database, said so that an operator can act."""

from __future__ import annotations

from cantata.kernel.errors import CantataError


class StorageError(CantataError):
    """The root of what the database refuses or cannot do."""

    code = "STORAGE_ERROR"


class DatabaseUnavailable(StorageError):
    """The database cannot be reached, or has no connection left; nothing was changed."""

    code = "DATABASE_UNAVAILABLE"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"the database cannot be used: {what}",
            hint="check CANTATA_DATABASE_URL and that the server runs; `cantata doctor` tells more",
        )


class DatabaseBusy(StorageError):
    """A statement or a lock took longer than its bound; the transaction was rolled back."""

    code = "DATABASE_BUSY"

    def __init__(self, what: str) -> None:
        super().__init__(f"the database took too long: {what}", hint="try again in a moment")


class SchemaOutdated(StorageError):
    """The database has another schema than this version of Cantata needs.

    Fields: `found`, the revision of the database, and `wanted`.
    """

    code = "SCHEMA_OUTDATED"

    def __init__(self, found: str, wanted: str) -> None:
        self.found = found
        self.wanted = wanted
        super().__init__(
            f"the database has the schema {found or 'of an empty database'}, not {wanted}",
            hint="run `cantata db upgrade`",
        )


class MigrationRefused(StorageError):
    """The schema cannot be brought there from what it is; nothing was changed."""

    code = "MIGRATION_REFUSED"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the schema cannot be changed: {why}",
            hint="`cantata doctor` tells which schema the database has; one of a later version"
            " needs that version, and one that was changed by hand a backup",
        )


class AuditBroken(StorageError):
    """The audit trail does not hold together at an entry; field `entry` is its number."""

    code = "AUDIT_BROKEN"

    def __init__(self, entry: int, what: str) -> None:
        self.entry = entry
        super().__init__(
            f"the audit trail is broken at entry {entry}: {what}",
            hint="compare with a backup: somebody changed the table, not the application",
        )
