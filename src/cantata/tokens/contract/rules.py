"""The rules of an instrument: what is paused, who may hold it, who approves seizures."""

from __future__ import annotations

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.lang import (
    ContractId,
    Enum,
    Party,
    Template,
    Text,
    choice,
    create,
    fetch,
    function,
    package,
    replace,
    require,
    update,
)

PACKAGE = package("cantata-tokens", "1.0.0", module="Cantata.Tokens.Rules")

MAX_DECIMALS = 10


class Operation(Enum):
    """What can be paused."""

    TRANSFER = "Transfer"
    ACCEPT = "Accept"
    ALLOCATE = "Allocate"
    SETTLE = "Settle"
    BURN = "Burn"
    MINT = "Mint"


NOTHING_PAUSED: list[Operation] = []
ALL_COUNTRIES: list[Text] = []


class TokenRules(Template):
    """What holds for every movement of an instrument; choice contexts name it."""

    instrument_id: holding.InstrumentId
    decimals: int
    paused: list[Operation] = NOTHING_PAUSED
    accounts_required: bool = False
    countries: list[Text] = ALL_COUNTRIES
    approver: Party | None = None

    def signatories(self) -> list[Party]:
        """Give the admin."""
        return [self.instrument_id.admin]

    def observers(self) -> list[Party]:
        """Give the approver, who answers for seizures with the admin."""
        if self.approver is None:
            return []
        return [self.approver]

    def ensure(self) -> bool:
        """Admit the terms that an instrument may have, and an approver beside the admin."""
        return (
            self.instrument_id.id != ""
            and 0 <= self.decimals <= MAX_DECIMALS
            and Operation.MINT not in self.paused
            and (self.approver is None or self.approver != self.instrument_id.admin)
        )

    def guardians(self) -> list[Party]:
        """Give those who change the rules: the admin, with the approver if there is one."""
        return [self.instrument_id.admin, *self.observers()]

    @choice(name="TokenRules_SetPaused", controllers=lambda self: [self.instrument_id.admin])
    def set_paused(
        self, operations: list[Operation], paused: bool, reason: Text
    ) -> ContractId[TokenRules]:
        """Pause operations, or let them go on; mints are paused on the instrument."""
        require_reason(reason)
        require(
            Operation.MINT not in operations,
            "tokens/paused-elsewhere",
            "mints are paused on the instrument's contract",
        )
        return create(replace(self, paused=with_pauses(self.paused, operations, paused)))

    @choice(name="TokenRules_Amend", controllers=lambda self: self.guardians())
    def amend(
        self, accounts_required: bool, countries: list[Text], approver: Party | None
    ) -> ContractId[TokenRules]:
        """Change who may hold the instrument and who approves, by admin and approver together."""
        return create(
            replace(
                self,
                accounts_required=accounts_required,
                countries=countries,
                approver=approver,
            )
        )


@function
def with_pauses(
    paused: list[Operation], operations: list[Operation], is_paused: bool
) -> list[Operation]:
    """Add or take off pauses; pausing what is paused is an error, and so is the contrary."""
    require(len(operations) > 0, "tokens/no-operations", "name at least one operation")
    now = paused
    for operation in operations:
        if is_paused:
            require(
                operation not in now,
                "tokens/already-paused",
                "the operation is paused already",
                operation=name_of(operation),
            )
            now = [*now, operation]
        else:
            require(
                operation in now,
                "tokens/not-paused",
                "the operation is not paused",
                operation=name_of(operation),
            )
            now = [each for each in now if each != operation]
    return now


@function
def require_unpaused(paused: list[Operation], operation: Operation) -> None:
    """Refuse an operation while it is paused."""
    require(
        operation not in paused,
        "tokens/paused",
        "the operation is paused",
        operation=name_of(operation),
    )


@function
def require_reason(reason: Text) -> None:
    """Refuse an intervention that says no reason."""
    require(reason != "", "tokens/reason-missing", "state a reason")


@function
def require_instrument(own: holding.InstrumentId, asked: holding.InstrumentId) -> None:
    """Refuse another instrument than the one that a contract is for."""
    require(
        own == asked,
        "tokens/other-instrument",
        "the contract is for another instrument",
        expected=own.id,
        found=asked.id,
    )


@update
def rules_for(rules_cid: ContractId[TokenRules], instrument_id: holding.InstrumentId) -> TokenRules:
    """Give the rules that somebody named, if they are those of the instrument."""
    rules = fetch(rules_cid)
    require_instrument(rules.instrument_id, instrument_id)
    return rules


@function
def name_of(operation: Operation) -> Text:
    """Put an operation in a word."""
    match operation:
        case Operation.TRANSFER:
            return "Transfer"
        case Operation.ACCEPT:
            return "Accept"
        case Operation.ALLOCATE:
            return "Allocate"
        case Operation.SETTLE:
            return "Settle"
        case Operation.BURN:
            return "Burn"
        case Operation.MINT:
            return "Mint"
