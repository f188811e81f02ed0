"""A trade of shares for dollars at a venue, and short words for its steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cantata.contracts.token_standard import allocation_instruction_v1 as instruction
from cantata.contracts.token_standard import allocation_request_v1 as requests
from cantata.contracts.token_standard import allocation_v1 as standard
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.lang import ContractId, Decimal, Party, TextMap
from cantata.settlement.contract.trade import (
    AllocationWithContext,
    OTCTrade,
    OTCTradeProposal,
)
from cantata.testing import Active, Command, Ledger, Submitter, create, exercise
from cantata.tokens.contract.allocation import TokenAllocation
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.rules import TokenRules
from tests.ledger.settlement.forgery import PaperAllocation
from tests.ledger.tokens.stage import HOUR, Stage, extras, instrument, meta

SHARES, DOLLARS = "shares", "dollars"


@dataclass(slots=True)
class Market:
    """Two instruments by the same issuer, two traders, and a venue."""

    ledger: Ledger
    stages: dict[str, Stage]
    alice: Party
    bob: Party
    venue: Party

    @classmethod
    def on(cls, ledger: Ledger) -> Market:
        """Issue shares to Alice and dollars to Bob."""
        dollars = Stage.on(ledger)
        share = holding.InstrumentId(admin=dollars.issuer, id="ACME")
        made = ledger.acting(dollars.issuer).submit(
            create(instrument(share, decimals=0)),
            create(TokenRules(instrument_id=share, decimals=0)),
            create(TokenFactory(instrument_id=share)),
        )
        shares = Stage(
            ledger,
            dollars.issuer,
            dollars.alice,
            dollars.bob,
            dollars.carol,
            share,
            made.results[2],
        )
        market = cls(
            ledger,
            {SHARES: shares, DOLLARS: dollars},
            dollars.alice,
            dollars.bob,
            ledger.party("Venue"),
        )
        shares.mint(market.alice, "15")
        dollars.mint(market.bob, "400")
        return market

    @property
    def legs(self) -> TextMap[standard.TransferLeg]:
        """Alice's shares against Bob's dollars."""
        return TextMap(
            {
                SHARES: self._leg(SHARES, self.alice, self.bob, "10"),
                DOLLARS: self._leg(DOLLARS, self.bob, self.alice, "250"),
            }
        )

    def _leg(self, name: str, sender: Party, receiver: Party, amount: str) -> standard.TransferLeg:
        return standard.TransferLeg(
            sender=sender,
            receiver=receiver,
            amount=Decimal(amount),
            instrument_id=self.stages[name].of,
            meta=meta(reason=name),
        )

    def owned(self, name: str, owner: Party) -> list[str]:
        """Give the amounts of an owner's holdings of an instrument, locked ones marked."""
        stage = self.stages[name]
        return [
            f"{active.payload.amount}".removesuffix(".0")
            + (" locked" if active.payload.lock else "")
            for active in stage.tokens(owner)
            if active.payload.instrument_id == stage.of
        ]

    # the trade

    def propose(self, by: Party | None = None, **changes: Any) -> ContractId[OTCTradeProposal]:
        """Propose the trade, by Alice unless told otherwise."""
        trader = by or self.alice
        fields: dict[str, Any] = {
            "venue": self.venue,
            "trade_cid": None,
            "transfer_legs": self.legs,
            "approvers": [trader],
        }
        proposal = OTCTradeProposal(**{**fields, **changes})
        return self.ledger.acting(trader).create(proposal)

    def approve(self, proposal: ContractId[Any], trader: Party) -> ContractId[OTCTradeProposal]:
        """Approve a proposal."""
        return self.ledger.acting(trader).exercise(
            proposal, OTCTradeProposal.accept, approver=trader
        )

    def initiating(self, proposal: ContractId[Any], **changes: Any) -> Command[Any]:
        """Give the command that asks for allocations within an hour, to settle within two."""
        now = self.ledger.now
        fields: dict[str, Any] = {"prepare_until": now + HOUR, "settle_before": now + HOUR + HOUR}
        return exercise(proposal, OTCTradeProposal.initiate_settlement, **{**fields, **changes})

    def agreed(self) -> Active[OTCTrade]:
        """Give the trade, approved by both and initiated by the venue."""
        proposal = self.approve(self.propose(), self.bob)
        self.ledger.acting(self.venue).submit(self.initiating(proposal))
        (trade,) = self.ledger.contracts(OTCTrade, self.venue)
        return trade

    def request(self, trade: Active[OTCTrade]) -> requests.AllocationRequestView:
        """Give the trade as wallets see it."""
        return trade.payload.allocation_request_view()

    # allocations

    def allocating(
        self, trade: Active[OTCTrade], name: str, **changes: Any
    ) -> Command[instruction.AllocationInstructionResult]:
        """Give the command that allocates to a leg, as a wallet does."""
        stage = self.stages[name]
        specification = self.specification(trade, name, **changes)
        leg = specification.transfer_leg
        return exercise(
            ContractId[instruction.AllocationFactory](stage.factory),
            instruction.AllocationFactory.allocation_factory_allocate,
            arg=instruction.AllocationFactory_Allocate(
                expected_admin=stage.issuer,
                allocation=specification,
                requested_at=self.ledger.now,
                input_holding_cids=self._inputs(stage, leg.sender),
                extra_args=extras(stage.terms(leg.sender, leg.receiver)),
            ),
        )

    def specification(
        self, trade: Active[OTCTrade], name: str, **changes: Any
    ) -> standard.AllocationSpecification:
        """Give what is to be allocated to a leg."""
        leg = trade.payload.transfer_legs.get(name)
        assert leg is not None
        fields: dict[str, Any] = {
            "settlement": self.request(trade).settlement,
            "transfer_leg_id": name,
            "transfer_leg": leg,
        }
        return standard.AllocationSpecification(**{**fields, **changes})

    def forge(self, trade: Active[OTCTrade], name: str) -> Active[Any]:
        """Have the sender of a leg show an allocation that its issuer knows nothing of."""
        agreed = self.specification(trade, name)
        paper = PaperAllocation(allocation=agreed)
        self.ledger.acting(agreed.transfer_leg.sender).create(paper)
        return self.ledger.contracts(PaperAllocation, self.venue)[-1]

    def allocate(self, trade: Active[OTCTrade], name: str, **changes: Any) -> Active[Any]:
        """Allocate to a leg and give the allocation."""
        leg = trade.payload.transfer_legs.get(name)
        assert leg is not None
        stage = self.stages[name]
        stage.as_holder(leg.sender).submit(self.allocating(trade, name, **changes))
        return self.ledger.contracts(TokenAllocation, self.venue)[-1]

    def _inputs(self, stage: Stage, owner: Party) -> list[ContractId[holding.Holding]]:
        return [
            ContractId(active.contract_id)
            for active in stage.tokens(owner)
            if active.payload.instrument_id == stage.of and active.payload.lock is None
        ]

    def with_contexts(
        self, allocations: dict[str, Active[Any]], *, named: bool = True
    ) -> TextMap[AllocationWithContext]:
        """Give allocations with what their registries name."""
        return TextMap(
            {
                name: AllocationWithContext(
                    allocation_cid=ContractId(found.contract_id),
                    extra_args=extras(self._terms(name) if named else {}),
                )
                for name, found in allocations.items()
            }
        )

    def _terms(self, name: str) -> dict[str, Any]:
        leg = self.legs.get(name)
        assert leg is not None
        return dict(self.stages[name].terms(leg.sender, leg.receiver))

    def as_venue(self, *allocations: Active[Any]) -> Submitter:
        """Act as the venue with all that registries disclose."""
        shown = {cid for name in self.stages for cid in self.stages[name].shown(self._terms(name))}
        locked = [found.payload.locked_cid for found in allocations]
        return self.stages[DOLLARS].acting(self.venue, using=[*shown, *locked])
