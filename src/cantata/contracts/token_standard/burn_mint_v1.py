"""Token standard, burn and mint: change the supply of an instrument with its admin's authority."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import (
    ContractId,
    Decimal,
    Interface,
    Party,
    Record,
    abstractmethod,
    choice,
    foreign,
    method,
    view,
)

PACKAGE = foreign(
    "splice-api-token-burn-mint-v1",
    "1.0.0",
    id="9cc2cbc838ef38dc2c7f34014c9c452bcf71b8e2a4f939235fc0b5d0924b185e",
    module="Splice.Api.Token.BurnMintV1",
)


class BurnMintOutput(Record):
    """A holding to create."""

    owner: Party
    amount: Decimal
    context: metadata.ChoiceContext


class BurnMintFactory_BurnMintResult(Record):
    """The created holdings, in the order of the outputs."""

    output_cids: list[ContractId[holding.Holding]]


class BurnMintFactoryView(Record):
    """What the standard shows of a burn-mint factory."""

    admin: Party
    meta: metadata.Metadata


class BurnMintFactory_BurnMint(Record):
    """The admin burns the inputs and mints the outputs."""

    expected_admin: Party
    instrument_id: holding.InstrumentId
    input_holding_cids: list[ContractId[holding.Holding]]
    outputs: list[BurnMintOutput]
    extra_actors: list[Party]
    extra_args: metadata.ExtraArgs


class BurnMintFactory_PublicFetch(Record):
    """Anybody looks at the factory."""

    expected_admin: Party
    actor: Party


class BurnMintFactory(Interface):
    """Where an admin's instruments are minted and burned."""

    @view
    def burn_mint_factory_view(self) -> BurnMintFactoryView:
        """Show the contract as the standard does."""

    @method(daml="burnMintFactory_burnMintImpl", effects=True)
    @abstractmethod
    def burn_mint_factory_burn_mint_impl(
        self, cid: ContractId[BurnMintFactory], arg: BurnMintFactory_BurnMint
    ) -> BurnMintFactory_BurnMintResult:
        """Do what the choice BurnMintFactory_BurnMint promises."""

    @method(daml="burnMintFactory_publicFetchImpl", effects=True)
    @abstractmethod
    def burn_mint_factory_public_fetch_impl(
        self, cid: ContractId[BurnMintFactory], arg: BurnMintFactory_PublicFetch
    ) -> BurnMintFactoryView:
        """Do what the choice BurnMintFactory_PublicFetch promises."""

    @choice(
        name="BurnMintFactory_BurnMint",
        consuming=False,
        controllers=lambda self, arg: [self.burn_mint_factory_view().admin, *arg.extra_actors],
    )
    def burn_mint_factory_burn_mint(
        self, arg: BurnMintFactory_BurnMint
    ) -> BurnMintFactory_BurnMintResult:
        """Burn the inputs and mint the outputs; implementations check the expected admin."""
        return self.burn_mint_factory_burn_mint_impl(self.contract_id, arg)

    @choice(
        name="BurnMintFactory_PublicFetch",
        consuming=False,
        controllers=lambda _, arg: [arg.actor],
    )
    def burn_mint_factory_public_fetch(
        self, arg: BurnMintFactory_PublicFetch
    ) -> BurnMintFactoryView:
        """Look at the factory without being its stakeholder."""
        return self.burn_mint_factory_public_fetch_impl(self.contract_id, arg)
