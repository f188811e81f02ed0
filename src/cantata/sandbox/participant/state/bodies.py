"""The shapes of requests about the state of the ledger."""

from __future__ import annotations

from cantata.sandbox.participant.events.formats import EventFormat, TransactionFilter
from cantata.sandbox.participant.shapes import Int32, message


@message
class GetActiveContracts:
    """Which contracts, active when; by `filter` and `verbose` in the older form."""

    filter: TransactionFilter | None
    verbose: bool
    active_at_offset: int
    event_format: EventFormat | None
    stream_continuation_token: str | None


@message
class GetActiveContractsPage:
    """A page of active contracts."""

    active_at_offset: int | None
    event_format: EventFormat | None
    max_page_size: Int32 | None
    page_token: str | None


@message
class SynchronizersQuery:
    """For which party, on which participant."""

    party: str | None
    participant_id: str | None
    identity_provider_id: str | None
