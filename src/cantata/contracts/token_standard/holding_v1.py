"""Token standard, holdings: what a wallet shows as a party's tokens."""

from __future__ import annotations

from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import Decimal, Interface, Party, Record, RelTime, Text, Time, foreign, view

PACKAGE = foreign(
    "splice-api-token-holding-v1",
    "1.0.0",
    id="718a0f77e505a8de22f188bd4c87fe74101274e9d4cb1bfac7d09aec7158d35b",
    module="Splice.Api.Token.HoldingV1",
)


class InstrumentId(Record):
    """An instrument: the party that administers it and that party's name for it."""

    admin: Party
    id: Text


class Lock(Record):
    """A lock on a holding; with two expiries the earlier one counts."""

    holders: list[Party]
    expires_at: Time | None
    expires_after: RelTime | None
    context: Text | None


class HoldingView(Record):
    """What the standard shows of a holding."""

    owner: Party
    instrument_id: InstrumentId
    amount: Decimal
    lock: Lock | None
    meta: metadata.Metadata


class Holding(Interface):
    """An amount of an instrument that a party owns."""

    @view
    def holding_view(self) -> HoldingView:
        """Show the contract as the standard does."""
