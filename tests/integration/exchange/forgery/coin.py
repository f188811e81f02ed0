"""A coin that names an admin who never signed it, and an offer of one: anybody can make them."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import (
    ContractId,
    Decimal,
    Party,
    Record,
    Template,
    Text,
    TextMap,
    choice,
    create,
    package,
)

PACKAGE = package("gold-tokens", "1.0.0", module="Gold.Coin")


class Coin(Template, holding.Holding):
    """Looks like a holding of the owner's, signed by its forger alone."""

    forger: Party
    owner: Party
    instrument_id: holding.InstrumentId
    amount: Decimal

    def signatories(self) -> list[Party]:
        """Give the forger."""
        return [self.forger]

    def observers(self) -> list[Party]:
        """Give the owner, who shall see it."""
        return [self.owner]

    def holding_view(self) -> holding.HoldingView:
        """Show a holding."""
        return holding.HoldingView(
            owner=self.owner,
            instrument_id=self.instrument_id,
            amount=self.amount,
            lock=None,
            meta=metadata.Metadata(values=TextMap({})),
        )


class SentResult(Record):
    """The coin, and what wallets and exchanges read of a transfer."""

    coin_cid: ContractId[Coin]
    meta: metadata.Metadata


class Mint(Template):
    """Where a forger makes coins."""

    forger: Party
    owner: Party

    def signatories(self) -> list[Party]:
        """Give the forger."""
        return [self.forger]

    def observers(self) -> list[Party]:
        """Give who is to believe it."""
        return [self.owner]

    @choice(name="Mint_Send", consuming=False, controllers=lambda self: [self.forger])
    def send(self, instrument_id: holding.InstrumentId, amount: Decimal, memo: Text) -> SentResult:
        """Make a coin, and call that a transfer."""
        coin = create(
            Coin(
                forger=self.forger,
                owner=self.owner,
                instrument_id=instrument_id,
                amount=amount,
            )
        )
        values = TextMap(
            {
                "splice.lfdecentralizedtrust.org/tx-kind": "transfer",
                "splice.lfdecentralizedtrust.org/sender": f"{self.forger}",
                "splice.lfdecentralizedtrust.org/reason": memo,
            }
        )
        return SentResult(coin_cid=coin, meta=metadata.Metadata(values=values))
