"""The shapes of requests for updates."""

from __future__ import annotations

from cantata.sandbox.participant.events.formats import (
    TransactionFilter,
    TransactionFormat,
    UpdateFormat,
)
from cantata.sandbox.participant.shapes import Int32, message


@message
class GetUpdates:
    """Which updates, and how they are shown; by `filter` and `verbose` in the older form."""

    begin_exclusive: int
    end_inclusive: int | None
    filter: TransactionFilter | None
    verbose: bool
    update_format: UpdateFormat | None
    descending_order: bool | None


@message
class GetUpdatesPage:
    """A page of updates."""

    begin_offset_exclusive: int | None
    end_offset_inclusive: int | None
    max_page_size: Int32 | None
    update_format: UpdateFormat | None
    descending_order: bool | None
    page_token: str | None


@message
class GetUpdateByOffset:
    """The update at an offset."""

    offset: int
    update_format: UpdateFormat | None


@message
class GetUpdateById:
    """The update of an id."""

    update_id: str
    update_format: UpdateFormat | None


@message
class GetTransactionByOffset:
    """The transaction at an offset; shown to `requesting_parties` in the older form."""

    offset: int
    requesting_parties: tuple[str, ...]
    transaction_format: TransactionFormat | None


@message
class GetTransactionById:
    """The transaction of an id; shown to `requesting_parties` in the older form."""

    update_id: str
    requesting_parties: tuple[str, ...]
    transaction_format: TransactionFormat | None


@message
class TreeQuery:
    """On whose behalf a tree is looked up."""

    parties: tuple[str, ...]
