"""An instrument: its terms and its supply, which only mint and burn change."""

from __future__ import annotations

from cantata.contracts.token_standard import burn_mint_v1 as standard
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import (
    ContractId,
    Decimal,
    Party,
    Record,
    Template,
    Text,
    choice,
    coerce,
    create,
    exercise,
    fetch,
    package,
    replace,
    require,
    round_half_even,
    update,
)
from cantata.tokens.contract.annotations import annotate, annotate_burn
from cantata.tokens.contract.clearance import require_clear
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.rules import (
    MAX_DECIMALS,
    NOTHING_PAUSED,
    Operation,
    require_reason,
    require_unpaused,
    with_pauses,
)
from cantata.tokens.contract.token import (
    MAX_INPUTS,
    ZERO,
    Token,
    issue,
    issue_change,
    require_amount,
    require_covered,
    take_all,
)

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Instrument")

MAX_MINTS = 1000
SUPPLY_OPERATIONS = [Operation.MINT, Operation.BURN]


class Minting(Record):
    """A receiver of newly minted funds, who agreed beforehand, and what it is for."""

    receiver: Party
    amount: Decimal
    preapproval_cid: ContractId[TransferPreapproval]
    meta: metadata.Metadata


class MintResult(Record):
    """The instrument with its new supply, and the minted holding."""

    instrument_cid: ContractId[Instrument]
    holding_cid: ContractId[holding.Holding]
    meta: metadata.Metadata


class MintManyResult(Record):
    """The instrument with its new supply, and the minted holdings in the order asked for."""

    instrument_cid: ContractId[Instrument]
    holding_cids: list[ContractId[holding.Holding]]
    meta: metadata.Metadata


class BurnResult(Record):
    """The instrument with its new supply, and what was left of the inputs."""

    instrument_cid: ContractId[Instrument]
    change_cids: list[ContractId[holding.Holding]]
    meta: metadata.Metadata


class BurnMintResult(Record):
    """The instrument with its new supply, and the outputs in order."""

    instrument_cid: ContractId[Instrument]
    output_cids: list[ContractId[holding.Holding]]


class Instrument(Template):
    """The terms of a token and how much of it there is; each mint and burn replaces it."""

    instrument_id: holding.InstrumentId
    name: Text
    symbol: Text
    decimals: int
    cap: Decimal | None
    supply: Decimal
    meta: metadata.Metadata
    paused: list[Operation] = NOTHING_PAUSED

    def signatories(self) -> list[Party]:
        """Give the admin."""
        return [self.instrument_id.admin]

    def ensure(self) -> bool:
        """Admit legal terms, and a supply within the cap."""
        return (
            self.instrument_id.id != ""
            and self.symbol != ""
            and 0 <= self.decimals <= MAX_DECIMALS
            and self.supply >= ZERO
            and round_half_even(self.supply, self.decimals) == self.supply
            and (self.cap is None or self.supply <= self.cap)
            and all(each in SUPPLY_OPERATIONS for each in self.paused)
        )

    @choice(
        name="Instrument_Mint",
        controllers=lambda self, receiver: [self.instrument_id.admin, receiver],
    )
    def mint(self, receiver: Party, amount: Decimal, meta: metadata.Metadata) -> MintResult:
        """Issue a new holding to a receiver who agrees."""
        require_unpaused(self.paused, Operation.MINT)
        require_amount(amount, self.decimals)
        holding_cid = issue(self.instrument_id, receiver, amount, None)
        return MintResult(
            instrument_cid=with_supply(self, self.supply + amount),
            holding_cid=holding_cid,
            meta=annotate("mint", meta),
        )

    @choice(name="Instrument_MintMany", controllers=lambda self: [self.instrument_id.admin])
    def mint_many(self, mintings: list[Minting], meta: metadata.Metadata) -> MintManyResult:
        """Issue new holdings to receivers who agreed beforehand: to all of them, or to none."""
        require_unpaused(self.paused, Operation.MINT)
        require(
            len(mintings) > 0 and len(mintings) <= MAX_MINTS,
            "tokens/too-many-outputs",
            "a batch of mints has at least one, and at most as many as one transaction may make",
            outputs=len(mintings),
            most=MAX_MINTS,
        )
        supply = self.supply
        holding_cids: list[ContractId[holding.Holding]] = []
        for minting in mintings:
            require_amount(minting.amount, self.decimals)
            issued = exercise(
                minting.preapproval_cid,
                TransferPreapproval.issue,
                receiver=minting.receiver,
                amount=minting.amount,
                instrument_id=self.instrument_id,
                meta=minting.meta,
            )
            holding_cids = [*holding_cids, issued.holding_cid]
            supply = supply + minting.amount
        return MintManyResult(
            instrument_cid=with_supply(self, supply),
            holding_cids=holding_cids,
            meta=annotate("mint", meta),
        )

    @choice(
        name="Instrument_Burn",
        controllers=lambda self, owner: [owner],
    )
    def burn(
        self,
        owner: Party,
        amount: Decimal,
        input_holding_cids: list[ContractId[holding.Holding]],
        extra_args: metadata.ExtraArgs,
    ) -> BurnResult:
        """Destroy an amount of the owner's holdings; what is over comes back as change."""
        require_unpaused(self.paused, Operation.BURN)
        require_clear(extra_args.context, self.instrument_id, Operation.BURN, owner, owner)
        require_amount(amount, self.decimals)
        held = take_all(input_holding_cids, owner, self.instrument_id)
        require_covered(held, amount)
        change_cids = issue_change(self.instrument_id, owner, held - amount)
        return BurnResult(
            instrument_cid=with_supply(self, self.supply - amount),
            change_cids=change_cids,
            meta=annotate_burn(amount, extra_args.meta),
        )

    @choice(
        name="Instrument_BurnMint",
        controllers=lambda self, actors: actors,
    )
    def burn_mint(
        self,
        actors: list[Party],
        input_holding_cids: list[ContractId[holding.Holding]],
        outputs: list[standard.BurnMintOutput],
    ) -> BurnMintResult:
        """Burn inputs and mint outputs; the admin and every owner concerned must be actors."""
        require(
            self.instrument_id.admin in actors,
            "tokens/admin-missing",
            "the instrument's admin must act",
            admin=self.instrument_id.admin,
        )
        require(
            len(input_holding_cids) <= MAX_INPUTS and len(outputs) <= MAX_INPUTS,
            "tokens/too-many-inputs",
            "more inputs or outputs than one transaction may take",
            most=MAX_INPUTS,
        )
        if len(input_holding_cids) > 0:
            require_unpaused(self.paused, Operation.BURN)
        if len(outputs) > 0:
            require_unpaused(self.paused, Operation.MINT)
        supply = self.supply
        for cid in input_holding_cids:
            token_cid = coerce(cid, Token)
            token = fetch(token_cid)
            amount = exercise(
                token_cid,
                Token.take,
                owner=token.owner,
                instrument_id=self.instrument_id,
                release=False,
            )
            supply = supply - amount
        output_cids: list[ContractId[holding.Holding]] = []
        for output in outputs:
            require_amount(output.amount, self.decimals)
            holding_cid = issue(self.instrument_id, output.owner, output.amount, None)
            output_cids = [*output_cids, holding_cid]
            supply = supply + output.amount
        return BurnMintResult(instrument_cid=with_supply(self, supply), output_cids=output_cids)

    @choice(name="Instrument_SetPaused", controllers=lambda self: [self.instrument_id.admin])
    def set_paused(
        self, operations: list[Operation], paused: bool, reason: Text
    ) -> ContractId[Instrument]:
        """Pause mints or burns, or let them go on."""
        require_reason(reason)
        require(
            all(each in SUPPLY_OPERATIONS for each in operations),
            "tokens/paused-elsewhere",
            "what leaves the supply alone is paused in the instrument's rules",
        )
        return create(replace(self, paused=with_pauses(self.paused, operations, paused)))

    @choice(name="Instrument_Describe", controllers=lambda self: [self.instrument_id.admin])
    def describe(self, meta: metadata.Metadata) -> ContractId[Instrument]:
        """Say something else of the instrument, such as the hashes of its documents."""
        return create(replace(self, meta=meta))


@update
def with_supply(instrument: Instrument, supply: Decimal) -> ContractId[Instrument]:
    """Put the instrument back with another supply, within its cap."""
    if instrument.cap is not None:
        require(
            supply <= instrument.cap,
            "tokens/cap-exceeded",
            "the supply would exceed the instrument's cap",
            supply=supply,
            cap=instrument.cap,
        )
    return create(replace(instrument, supply=supply))
