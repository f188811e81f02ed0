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


class LedgerBehind(IngestionHalted):
    """The ledger ends before the cursor; fields `end` and `cursor`."""

    code = "LEDGER_BEHIND"

    def __init__(self, end: int, cursor: int) -> None:
        self.end = end
        self.cursor = cursor
        super().__init__(
            f"the ledger ends at {end}, but everything up to {cursor} is ingested",
            hint="it was restored, or is another one: let it catch up, then run "
            "`cantata ingest resync`",
        )


class LedgerForeign(IngestionHalted):
    """The ledger has another update where the last ingested one was; fields as its parameters."""

    code = "LEDGER_FOREIGN"

    def __init__(self, offset: int, found: str, known: str) -> None:
        self.offset = offset
        self.found = found
        self.known = known
        super().__init__(
            f"the ledger has the update {found or 'of nobody'} at {offset}, where {known} was"
            " ingested",
            hint="this is another participant or network: check CANTATA_LEDGER_URL; after a "
            "change of participant run `cantata ingest resync`",
        )


class ResyncImpossible(CantataError):
    """The ledger does not have the last ingested update; fields `update_id` and `moment`.

    Without an `update_id`, it has no update that was recorded then or before.
    """

    code = "RESYNC_IMPOSSIBLE"

    def __init__(self, update_id: str, moment: str) -> None:
        self.update_id = update_id
        self.moment = moment
        which = f"the update {update_id}, recorded at" if update_id else "any update up to"
        super().__init__(
            f"the ledger does not have {which} {moment}",
            hint="it is of another network, still catching up, or pruned beyond it",
        )


class IngestionRunning(CantataError):
    """Another process ingests into this database, and must not while the cursor is moved."""

    code = "INGESTION_RUNNING"

    def __init__(self) -> None:
        super().__init__(
            "another process ingests into this database",
            hint="stop every `cantata ingest run`, and `cantata up`, then run this again",
        )


class CursorMoved(CantataError):
    """Somebody else ingested meanwhile; look again. Fields `expected` and `found`."""

    code = "CURSOR_MOVED"

    def __init__(self, expected: int, found: int) -> None:
        self.expected = expected
        self.found = found
        super().__init__(f"the place is {found}, not {expected}: another process moved it")


class RebuildInterrupted(CantataError):
    """The connection that filled a projection again was lost; field `projection`."""

    code = "REBUILD_INTERRUPTED"

    def __init__(self, projection: str) -> None:
        self.projection = projection
        super().__init__(
            f"the connection that filled {projection} again was lost; nothing was changed",
            hint="begin again: `cantata ingest rebuild`",
        )


class ProjectionUnknown(CantataError):
    """There is no projection of this name; field `name`."""

    code = "PROJECTION_UNKNOWN"

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        super().__init__(
            f"there is no projection {name!r}", hint=f"there are {', '.join(sorted(known))}"
        )
