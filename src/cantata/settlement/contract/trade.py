"""A trade over the counter: agreed by all traders, settled by a venue in one transaction."""

from __future__ import annotations

from cantata.contracts.token_standard import allocation_request_v1 as requests
from cantata.contracts.token_standard import allocation_v1 as standard
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import (
    ContractId,
    Party,
    Record,
    Template,
    Text,
    TextMap,
    Time,
    before,
    choice,
    coerce,
    create,
    exercise,
    fetch,
    function,
    now,
    package,
    replace,
    require,
    update,
)

PACKAGE = package("cantata-settlement", "1.0.0", module="Cantata.Settlement.Trade")

MAX_LEGS = 100
REFERENCE = "OTCTradeProposal"


class AllocationWithContext(Record):
    """An allocation, and what its registry gives for the choice that ends it."""

    allocation_cid: ContractId[standard.Allocation]
    extra_args: metadata.ExtraArgs


class OTCTradeSettleResult(Record):
    """What each leg brought, by leg."""

    legs: TextMap[standard.Allocation_ExecuteTransferResult]


class OTCTradeCancelResult(Record):
    """What went back to each leg's sender, by leg."""

    legs: TextMap[standard.Allocation_CancelResult]


class OTCTradeProposal(Template):
    """A trade that some of its parties have approved.

    `trade_cid` is the first proposal's id, by which the trade is known; None in the first itself.
    """

    venue: Party
    trade_cid: ContractId[OTCTradeProposal] | None
    transfer_legs: TextMap[standard.TransferLeg]
    approvers: list[Party]

    def signatories(self) -> list[Party]:
        """Give those who have approved."""
        return self.approvers

    def observers(self) -> list[Party]:
        """Give the venue and all who trade."""
        return [self.venue, *traders(self.transfer_legs)]

    def ensure(self) -> bool:
        """Admit trades of a bounded number of legs, each between two, of something."""
        return (
            len(self.transfer_legs) > 0
            and len(self.transfer_legs) <= MAX_LEGS
            and all(leg.sender != leg.receiver for leg in self.transfer_legs.values())
            and all(each in traders(self.transfer_legs) for each in self.approvers)
        )

    @choice(name="OTCTradeProposal_Accept", controllers=lambda self, approver: [approver])
    def accept(self, approver: Party) -> ContractId[OTCTradeProposal]:
        """Approve the trade, by one of its traders who has not."""
        require_trader(self.transfer_legs, approver)
        require(
            approver not in self.approvers,
            "settlement/already-approved",
            "the trader has approved the trade already",
            trader=approver,
        )
        known_by = known_as(self, self.contract_id)
        approvers = [approver, *self.approvers]
        return create(replace(self, approvers=approvers, trade_cid=known_by))

    @choice(name="OTCTradeProposal_Reject", controllers=lambda self, trader: [trader])
    def reject(self, trader: Party) -> None:
        """Turn the trade down, by any of its traders."""
        require_trader(self.transfer_legs, trader)

    @choice(name="OTCTradeProposal_InitiateSettlement", controllers=lambda self: [self.venue])
    def initiate_settlement(self, prepare_until: Time, settle_before: Time) -> ContractId[OTCTrade]:
        """Ask the traders to allocate, once all have approved."""
        for trader in traders(self.transfer_legs):
            require(
                trader in self.approvers,
                "settlement/approval-missing",
                "a trader has not approved the trade",
                trader=trader,
            )
        require(
            before(prepare_until),
            "settlement/deadline-passed",
            "the deadline for allocations has passed",
            deadline=prepare_until,
        )
        require(
            prepare_until < settle_before,
            "settlement/deadlines-out-of-order",
            "a settlement must end after its allocations",
            prepare=prepare_until,
            settle=settle_before,
        )
        return create(
            OTCTrade(
                venue=self.venue,
                transfer_legs=self.transfer_legs,
                trade_cid=known_as(self, self.contract_id),
                created_at=now(),
                prepare_until=prepare_until,
                settle_before=settle_before,
            )
        )


class OTCTrade(Template, requests.AllocationRequest):
    """An agreed trade; as a request of the token standard it asks wallets to allocate."""

    venue: Party
    transfer_legs: TextMap[standard.TransferLeg]
    trade_cid: ContractId[OTCTradeProposal]
    created_at: Time
    prepare_until: Time
    settle_before: Time

    def signatories(self) -> list[Party]:
        """Give the venue and all traders, whose joint authority executes allocations."""
        return [self.venue, *traders(self.transfer_legs)]

    def allocation_request_view(self) -> requests.AllocationRequestView:
        """Show the trade as the token standard does."""
        return requests.AllocationRequestView(
            settlement=settlement_of(self),
            transfer_legs=self.transfer_legs,
            meta=no_metadata(),
        )

    def allocation_request_reject_impl(
        self, cid: ContractId[requests.AllocationRequest], arg: requests.AllocationRequest_Reject
    ) -> metadata.ChoiceExecutionMetadata:
        """End the trade by the will of a trader."""
        require_trader(self.transfer_legs, arg.actor)
        return metadata.ChoiceExecutionMetadata(meta=no_metadata())

    def allocation_request_withdraw_impl(
        self,
        cid: ContractId[requests.AllocationRequest],
        arg: requests.AllocationRequest_Withdraw,
    ) -> metadata.ChoiceExecutionMetadata:
        """End the trade by the will of the venue."""
        return metadata.ChoiceExecutionMetadata(meta=no_metadata())

    @choice(name="OTCTrade_Settle", controllers=lambda self: [self.venue])
    def settle(
        self, allocations_with_context: TextMap[AllocationWithContext]
    ) -> OTCTradeSettleResult:
        """Execute the allocations of all legs, each exactly as agreed, or none."""
        require(
            before(self.settle_before),
            "settlement/deadline-passed",
            "the settlement's deadline has passed",
            deadline=self.settle_before,
        )
        require_known_legs(self.transfer_legs, allocations_with_context)
        done: TextMap[standard.Allocation_ExecuteTransferResult] = TextMap({})
        leg_ids = self.transfer_legs.keys()
        for leg_id in leg_ids:
            given = allocations_with_context.get(leg_id)
            require_allocated(given is not None, leg_id)
            if given is not None:
                require_agreed(self, leg_id, fetch(given.allocation_cid))
                result = exercise(
                    given.allocation_cid,
                    standard.Allocation.allocation_execute_transfer,
                    arg=standard.Allocation_ExecuteTransfer(extra_args=given.extra_args),
                )
                done = done.insert(leg_id, result)
        return OTCTradeSettleResult(legs=done)

    @choice(name="OTCTrade_Cancel", controllers=lambda self: [self.venue])
    def cancel(
        self, allocations_with_context: TextMap[AllocationWithContext]
    ) -> OTCTradeCancelResult:
        """Give the trade up, and the funds of the allocations there are back."""
        require_known_legs(self.transfer_legs, allocations_with_context)
        done: TextMap[standard.Allocation_CancelResult] = TextMap({})
        leg_ids = allocations_with_context.keys()
        for leg_id in leg_ids:
            given = allocations_with_context.get(leg_id)
            if given is not None:
                require_agreed(self, leg_id, fetch(given.allocation_cid))
                result = exercise(
                    given.allocation_cid,
                    standard.Allocation.allocation_cancel,
                    arg=standard.Allocation_Cancel(extra_args=given.extra_args),
                )
                done = done.insert(leg_id, result)
        return OTCTradeCancelResult(legs=done)


@function
def traders(legs: TextMap[standard.TransferLeg]) -> list[Party]:
    """Give all who send or receive in a trade, each once."""
    found: list[Party] = []
    for leg in legs.values():
        if leg.sender not in found:
            found = [*found, leg.sender]
        if leg.receiver not in found:
            found = [*found, leg.receiver]
    return found


@function
def settlement_of(trade: OTCTrade) -> standard.SettlementInfo:
    """Give the settlement that allocations of a trade must name."""
    return standard.SettlementInfo(
        executor=trade.venue,
        settlement_ref=standard.Reference(
            id=REFERENCE,
            cid=coerce(trade.trade_cid, metadata.AnyContract),  # type: ignore[type-abstract]
        ),
        requested_at=trade.created_at,
        allocate_before=trade.prepare_until,
        settle_before=trade.settle_before,
        meta=no_metadata(),
    )


@function
def known_as(
    proposal: OTCTradeProposal, own_cid: ContractId[OTCTradeProposal]
) -> ContractId[OTCTradeProposal]:
    """Give the id by which a trade is known: its first proposal's."""
    if proposal.trade_cid is None:
        return own_cid
    return proposal.trade_cid


@function
def no_metadata() -> metadata.Metadata:
    """Give empty metadata."""
    return metadata.Metadata(values=TextMap({}))


@function
def require_trader(legs: TextMap[standard.TransferLeg], party: Party) -> None:
    """Refuse somebody who neither sends nor receives in a trade."""
    require(
        party in traders(legs),
        "settlement/no-trader",
        "the party does not take part in the trade",
        party=party,
    )


@function
def require_known_legs(
    legs: TextMap[standard.TransferLeg], given: TextMap[AllocationWithContext]
) -> None:
    """Refuse allocations to legs that the trade does not have."""
    leg_ids = given.keys()
    for leg_id in leg_ids:
        require(
            leg_id in legs,
            "settlement/unknown-leg",
            "the trade has no such leg",
            leg=leg_id,
        )


@function
def require_allocated(is_given: bool, leg_id: Text) -> None:
    """Refuse to settle a trade with a leg that nothing is allocated to."""
    require(
        is_given,
        "settlement/allocation-missing",
        "nothing is allocated to a leg",
        leg=leg_id,
    )


@update
def require_agreed(trade: OTCTrade, leg_id: Text, found: standard.Allocation) -> None:
    """Refuse an allocation to anything but the leg as it was agreed, and what is none.

    Whoever wrote the contract wrote what it does, with the authority of venue and traders. What
    the instrument's admin has signed is the admin's, as the instrument is.
    """
    leg = trade.transfer_legs.get(leg_id)
    if leg is not None:
        require(
            leg.instrument_id.admin in found.signatories(),
            "settlement/forged-allocation",
            "the instrument's admin has not signed an allocation",
            leg=leg_id,
            admin=leg.instrument_id.admin,
        )
        agreed = standard.AllocationSpecification(
            settlement=settlement_of(trade), transfer_leg_id=leg_id, transfer_leg=leg
        )
        require(
            found.allocation_view().allocation == agreed,
            "settlement/other-allocation",
            "an allocation is not to the leg as agreed",
            leg=leg_id,
        )
