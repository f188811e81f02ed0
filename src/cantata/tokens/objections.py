"""What tokens refuse to those who intervene: issuers, approvers, spenders."""

from __future__ import annotations

from uuid import UUID

from cantata.kernel.errors import CantataError
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.tokens.errors import TokenError


class AlreadyPaused(TokenError):
    """An operation is paused already; field `operation`, empty when all are."""

    code = "ALREADY_PAUSED"

    def __init__(self, operation: str) -> None:
        self.operation = operation
        super().__init__(
            f"the operation {operation} is paused already"
            if operation
            else "every operation is paused already",
            hint="name the operations that are to be paused besides",
        )


class NotPaused(TokenError):
    """An operation is not paused; field `operation`, empty when none is."""

    code = "NOT_PAUSED"

    def __init__(self, operation: str) -> None:
        self.operation = operation
        super().__init__(
            f"the operation {operation} is not paused" if operation else "no operation is paused",
            hint="look at the token's rules",
        )


class ConfirmationMissing(TokenError):
    """What cannot be undone was not confirmed; field `wanted`."""

    code = "CONFIRMATION_MISSING"

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        super().__init__(
            "what cannot be undone has to be confirmed", hint=f"send confirm={wanted!r}"
        )


class AccountExists(TokenError):
    """A holder has an account that counts already; field `holder`."""

    code = "ACCOUNT_EXISTS"

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(
            f"{holder} has an account already", hint="verify, lock or remove the one that it has"
        )


class AccountUnknown(TokenError):
    """A party has no account for a token; field `holder`."""

    code = "ACCOUNT_UNKNOWN"

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(f"{holder} has no account for this token", hint="enrol it first")


class AccountAlreadyFrozen(TokenError):
    """An account is frozen already; field `holder`."""

    code = "ACCOUNT_ALREADY_FROZEN"

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(f"the account of {holder} is frozen already")


class AccountNotFrozen(TokenError):
    """An account is not frozen; field `holder`."""

    code = "ACCOUNT_NOT_FROZEN"

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(f"the account of {holder} is not frozen")


class AccountFrozen(TokenError):
    """A frozen account is to be removed, and its freeze with it; field `holder`."""

    code = "ACCOUNT_FROZEN"

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(
            f"the account of {holder} is frozen, which would be forgotten with it",
            hint="unfreeze it first",
        )


class FreezeWithoutEffect(TokenError):
    """A token's rules ask for no accounts, so a frozen one stops nothing; field `holder`."""

    code = "FREEZE_WITHOUT_EFFECT"

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(
            f"the token's rules ask for no accounts, so {holder} would send and receive all the"
            " same",
            hint="freeze what it has by amount, or let the rules require accounts first",
        )


class FrozenTooLittle(TokenError):
    """Less is frozen than is to be let go; fields `amount` and `frozen`."""

    code = "FROZEN_TOO_LITTLE"

    def __init__(self, amount: Decimal, frozen: Decimal | Total) -> None:
        self.amount = amount
        self.frozen = frozen
        super().__init__(f"{amount} is more than the {frozen} that is frozen")


class BalanceTooSmall(TokenError):
    """A party has less than is to be taken; fields `amount` and `balance`."""

    code = "BALANCE_TOO_SMALL"

    def __init__(self, amount: Decimal | Total, balance: Total) -> None:
        self.amount = amount
        self.balance = balance
        super().__init__(f"{amount} is more than the {balance} that the party has")


class TooManyHoldings(TokenError):
    """A party's funds are in more pieces than one intervention takes; field `most`."""

    code = "TOO_MANY_HOLDINGS"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(
            f"the funds are in more than {most} holdings",
            hint="take them in parts, by forced transfers of smaller amounts",
        )


class NothingToRecover(TokenError):
    """A lost party has neither funds nor an account; field `party`."""

    code = "NOTHING_TO_RECOVER"

    def __init__(self, party: str) -> None:
        self.party = party
        super().__init__(f"{party} has nothing of this token")


class SameParty(TokenError):
    """The two sides of an intervention, or of an allowance, are one; field `party`."""

    code = "SAME_PARTY"

    def __init__(self, party: str) -> None:
        self.party = party
        super().__init__(f"{party} is on both sides", hint="name another party")


class ApproverMissing(TokenError):
    """A token's rules name nobody who approves."""

    code = "APPROVER_MISSING"

    def __init__(self) -> None:
        super().__init__(
            "the token's rules name nobody who approves",
            hint="set an approver in the token's rules first",
        )


class ApproverForeign(TokenError):
    """We cannot act for a token's approver; field `approver`."""

    code = "APPROVER_FOREIGN"

    def __init__(self, approver: str) -> None:
        self.approver = approver
        super().__init__(
            f"the approver {approver} is no party whose users can approve here",
            hint="name one that this platform hosts",
        )


class ApproverChanged(TokenError):
    """The rules name another approver than when it was asked for."""

    code = "APPROVER_CHANGED"

    def __init__(self) -> None:
        super().__init__("the token's rules name another approver by now", hint="request it again")


class ApprovalNeeded(TokenError):
    """A change needs a second person, because the rules name an approver."""

    code = "APPROVAL_NEEDED"

    def __init__(self) -> None:
        super().__init__(
            "the token's rules name an approver, so they change with its approval only",
            hint="request it with POST /v1/tokens/{admin}/{symbol}/rule-changes",
        )


class ApprovalUnknown(CantataError):
    """No request has this id that the caller may see; field `approval`."""

    code = "APPROVAL_UNKNOWN"

    def __init__(self, approval: UUID) -> None:
        self.approval = approval
        super().__init__(f"there is no request {approval} that you can see")


class ApprovalDecided(CantataError):
    """Somebody decided about a request before; fields `approval` and `state`."""

    code = "APPROVAL_DECIDED"

    def __init__(self, approval: UUID, state: str) -> None:
        self.approval = approval
        self.state = state
        super().__init__(f"the request {approval} is {state}", hint="request it again")


class SamePerson(CantataError):
    """Who requests cannot approve."""

    code = "SAME_PERSON"

    def __init__(self) -> None:
        super().__init__(
            "you requested this, so somebody else has to approve it",
            hint="let another user who acts for the approver decide",
        )


class NotTheRequester(CantataError):
    """Only who requested takes a request back."""

    code = "NOT_THE_REQUESTER"

    def __init__(self) -> None:
        super().__init__(
            "somebody else requested this", hint="who acts for the approver can refuse it"
        )


class AllowanceUnknown(TokenError):
    """An owner does not let a spender spend; fields `owner` and `spender`."""

    code = "ALLOWANCE_UNKNOWN"

    def __init__(self, owner: str, spender: str) -> None:
        self.owner = owner
        self.spender = spender
        super().__init__(
            f"{owner} does not let {spender} spend this token",
            hint="the owner gives an allowance with POST /v1/allowances",
        )


class AllowanceExceeded(TokenError):
    """More is to be spent than an allowance leaves; fields `amount` and `remaining`."""

    code = "ALLOWANCE_EXCEEDED"

    def __init__(self, amount: Decimal, remaining: Decimal) -> None:
        self.amount = amount
        self.remaining = remaining
        super().__init__(f"{amount} is more than the {remaining} that may still be spent")


class AllowanceExpired(TokenError):
    """An allowance has expired; field `expired`."""

    code = "ALLOWANCE_EXPIRED"

    def __init__(self, expired: Timestamp) -> None:
        self.expired = expired
        super().__init__(f"the allowance expired at {expired}", hint="ask the owner for a new one")
