"""What tokens refuse before the ledger would, and with the same meaning."""

from __future__ import annotations

from cantata.automation.errors import NotPossible
from cantata.kernel.errors import CantataError
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total


class TokenError(NotPossible):
    """The root of what a rule of tokens forbids."""

    code = "TOKEN_REFUSED"


class AmountNotPositive(TokenError):
    """An amount is zero or negative; field `amount`."""

    code = "AMOUNT_NOT_POSITIVE"

    def __init__(self, amount: Decimal) -> None:
        self.amount = amount
        super().__init__(f"the amount {amount} is not positive", hint="use an amount above zero")


class PrecisionExceeded(TokenError):
    """An amount has more decimals than its instrument; fields `amount` and `decimals`."""

    code = "PRECISION_EXCEEDED"

    def __init__(self, amount: Decimal, decimals: int) -> None:
        self.amount = amount
        self.decimals = decimals
        super().__init__(
            f"the amount {amount} has more than {decimals} decimals",
            hint=f"the instrument has {decimals}; nothing is rounded",
        )


class InsufficientFunds(TokenError):
    """The free holdings of a party hold less than an amount; fields `amount` and `free`."""

    code = "INSUFFICIENT_FUNDS"

    def __init__(self, amount: Decimal | Total, free: Decimal | Total) -> None:
        self.amount = amount
        self.free = free
        super().__init__(
            f"{amount} is more than the {free} that is free",
            hint="locked holdings, and those of payments under way, are not free",
        )


class TooFragmented(CantataError):
    """The holdings that one transaction may take hold less than an amount: merge some first.

    Fields: `amount`, and `reached` by the largest ones.
    """

    code = "TOO_FRAGMENTED"

    def __init__(self, amount: Decimal | Total, reached: Decimal | Total) -> None:
        self.amount = amount
        self.reached = reached
        super().__init__(
            f"the largest holdings that one transaction may take reach {reached} of {amount}",
            hint="merge holdings first",
        )


class InstrumentUnknown(TokenError):
    """No instrument of this name is known; fields `admin` and `instrument`."""

    code = "INSTRUMENT_UNKNOWN"

    def __init__(self, admin: str, instrument: str) -> None:
        self.admin = admin
        self.instrument = instrument
        super().__init__(
            f"there is no instrument {instrument!r} of {admin}",
            hint="a token that was just created appears as soon as the ledger has recorded it",
        )


class CapExceeded(TokenError):
    """A mint would take the supply over the cap; fields `amount`, `supply` and `cap`."""

    code = "CAP_EXCEEDED"

    def __init__(self, amount: Decimal | Total, supply: Decimal | Total, cap: Decimal) -> None:
        self.amount = amount
        self.supply = supply
        self.cap = cap
        super().__init__(
            f"minting {amount} on top of {supply} would exceed the cap of {cap}",
            hint=f"at most {cap - supply} can be minted",
        )


class OfferUnknown(TokenError):
    """No pending offer has this contract id; field `contract_id`."""

    code = "OFFER_UNKNOWN"

    def __init__(self, contract_id: str) -> None:
        self.contract_id = contract_id
        super().__init__(
            f"no transfer waits under {contract_id}",
            hint="it may have been accepted, rejected, withdrawn or ended; look at its history",
        )


class OfferExpired(TokenError):
    """An offer's deadline has passed; fields `contract_id` and `deadline`."""

    code = "OFFER_EXPIRED"

    def __init__(self, contract_id: str, deadline: Timestamp) -> None:
        self.contract_id = contract_id
        self.deadline = deadline
        super().__init__(
            f"the offer {contract_id} could be accepted before {deadline}",
            hint="its funds go back to the sender; ask for a new one",
        )


class AllocationUnknown(TokenError):
    """No active allocation has this contract id; field `contract_id`."""

    code = "ALLOCATION_UNKNOWN"

    def __init__(self, contract_id: str) -> None:
        self.contract_id = contract_id
        super().__init__(
            f"no funds are set aside under {contract_id}",
            hint="it may have been settled, withdrawn or cancelled; look at its history",
        )


class SpecificationMalformed(TokenError):
    """An allocation is not specified as the token standard does."""

    code = "SPECIFICATION_MALFORMED"


class NoConsent(TokenError):
    """A party has no standing pre-approval; field `party`."""

    code = "NO_PREAPPROVAL"

    def __init__(self, party: str) -> None:
        self.party = party
        super().__init__(
            f"{party} has no pre-approval for this admin's instruments",
            hint="the party gives one with POST /v1/preapprovals, or by its wallet",
        )


class NothingToMerge(TokenError):
    """A party has fewer than two free holdings; field `party`."""

    code = "NOTHING_TO_MERGE"

    def __init__(self, party: str) -> None:
        self.party = party
        super().__init__(
            f"{party} has fewer than two free holdings", hint="there is nothing to merge"
        )


class SymbolTaken(TokenError):
    """An issuer has a token of this symbol; fields `issuer` and `symbol`."""

    code = "SYMBOL_TAKEN"

    def __init__(self, issuer: str, symbol: str) -> None:
        self.issuer = issuer
        self.symbol = symbol
        super().__init__(
            f"{issuer} has a token {symbol!r}", hint="symbols are unique for each issuer"
        )


class TransferToSelf(TokenError):
    """Sender and receiver are the same; field `party`."""

    code = "TRANSFER_TO_SELF"

    def __init__(self, party: str) -> None:
        self.party = party
        super().__init__(
            f"{party} would pay itself", hint="to merge or split holdings, use /v1/rearrangements"
        )


class PartyUnknown(TokenError):
    """No participant of the network is known to host a party; field `party`."""

    code = "PARTY_UNKNOWN"

    def __init__(self, party: str) -> None:
        self.party = party
        super().__init__(
            f"the ledger does not know the party {party}",
            hint="copy the whole party id from its owner; she may have to onboard first",
        )


class DeadlineTooEarly(TokenError):
    """An offer would end before it begins; field `deadline`."""

    code = "DEADLINE_TOO_EARLY"

    def __init__(self, deadline: Timestamp) -> None:
        self.deadline = deadline
        super().__init__(f"the deadline {deadline} has passed", hint="choose one in the future")


class CapTooPrecise(TokenError):
    """A cap has more decimals than its token; fields `cap` and `decimals`."""

    code = "CAP_TOO_PRECISE"

    def __init__(self, cap: Decimal, decimals: int) -> None:
        self.cap = cap
        self.decimals = decimals
        super().__init__(f"the cap {cap} has more than {decimals} decimals")
