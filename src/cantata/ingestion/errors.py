"""Why ingestion stops."""

from __future__ import annotations

from cantata.kernel.errors import CantataError


class IngestionHalted(CantataError):
    """Ingestion stopped on purpose, because going on could make the books wrong."""

    code = "INGESTION_HALTED"


class SecondSynchronizer(IngestionHalted):
    """An update comes from another synchronizer than all before it.

    Fields: `known`, `found` and the `offset` of the update.
    """

    code = "SECOND_SYNCHRONIZER"

    def __init__(self, known: str, found: str, offset: int) -> None:
        self.known = known
        self.found = found
        self.offset = offset
        super().__init__(
            f"the update at {offset} is on {found}; everything before it was on {known}",
            hint="nothing was ingested from there on; record times of two synchronizers cannot "
            "be compared, so decide first which one this database follows",
        )


class UnsupportedUpdate(IngestionHalted):
    """An update is of a kind that moves contracts in ways that projections do not follow."""

    code = "UNSUPPORTED_UPDATE"

    def __init__(self, kind: str, offset: int) -> None:
        self.kind = kind
        self.offset = offset
        super().__init__(
            f"the update at {offset} is a {kind}, which projections do not follow",
            hint="contracts must stay on one synchronizer; move them back and resynchronise",
        )


class OffsetPassed(IngestionHalted):
    """The ledger gave an update at or before the cursor; fields `offset` and `cursor`."""

    code = "OFFSET_PASSED"

    def __init__(self, offset: int, cursor: int) -> None:
        self.offset = offset
        self.cursor = cursor
        super().__init__(
            f"the ledger gave the offset {offset}, but everything up to {cursor} is ingested",
            hint="offsets belong to one participant: after a change of participant run "
            "`cantata ingest resync`",
        )


class ProjectionUnknown(CantataError):
    """There is no projection of this name; field `name`."""

    code = "PROJECTION_UNKNOWN"

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        super().__init__(
            f"there is no projection {name!r}", hint=f"there are {', '.join(sorted(known))}"
        )
