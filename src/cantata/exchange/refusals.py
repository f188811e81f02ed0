"""What speaks against a withdrawal, before it is asked for and afterwards."""

from __future__ import annotations

from uuid import UUID

from cantata.automation.errors import NotNow, NotPossible
from cantata.exchange.errors import ExchangeError
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.tokens.model import InstrumentId


class WithdrawalsClosed(ExchangeError):
    """An instrument is listed, but not for withdrawals; field `instrument`."""

    code = "WITHDRAWALS_CLOSED"

    def __init__(self, instrument: InstrumentId) -> None:
        self.instrument = instrument
        super().__init__(
            f"withdrawals of {instrument} are closed", hint="wait until its listing is opened"
        )


class WithdrawalsDisabled(ExchangeError):
    """A treasury pays nothing at the moment; fields `treasury`, and `until` if that is known."""

    code = "WITHDRAWALS_DISABLED"

    def __init__(self, treasury: str, until: Timestamp | None = None) -> None:
        self.treasury = treasury
        self.until = until
        when = "" if until is None else f" until the record time {until} was ingested"
        super().__init__(
            f"the treasury {treasury!r} pays nothing{when}",
            hint="nothing was held; ask again when an operator has enabled withdrawals",
        )


class CustomerNotOpen(ExchangeError):
    """An account is blocked or closed; fields `account` and `state`."""

    code = "CUSTOMER_NOT_OPEN"

    def __init__(self, account: UUID, state: str) -> None:
        self.account = account
        self.state = state
        super().__init__(
            f"the account {account} is {state} and pays nothing", hint="open the account first"
        )


class BelowMinimum(ExchangeError):
    """An amount is below what is paid at all; fields `amount` and `minimum`."""

    code = "BELOW_MINIMUM"

    def __init__(self, amount: Decimal, minimum: Decimal) -> None:
        self.amount = amount
        self.minimum = minimum
        super().__init__(
            f"the amount {amount} is below the minimum {minimum}", hint=f"ask for {minimum} or more"
        )


class AboveMaximum(ExchangeError):
    """An amount is above what is paid at once; fields `amount` and `maximum`."""

    code = "ABOVE_MAXIMUM"

    def __init__(self, amount: Decimal, maximum: Decimal | None) -> None:
        self.amount = amount
        self.maximum = maximum
        most = "what can be held" if maximum is None else f"the maximum {maximum}"
        super().__init__(f"the amount {amount} is above {most}", hint="ask for less at once")


class ReceiverIsOurs(ExchangeError):
    """A withdrawal is to go to a treasury of ours; field `receiver`."""

    code = "RECEIVER_IS_OURS"

    def __init__(self, receiver: str) -> None:
        self.receiver = receiver
        super().__init__(
            f"{receiver} is a treasury of this exchange",
            hint="move the balance between accounts instead; nothing has to leave",
        )


class ReceiverIsSentinel(ExchangeError):
    """A receiver stands for something else than a holder of tokens; fields `receiver`, `why`."""

    code = "RECEIVER_IS_SENTINEL"

    def __init__(self, receiver: str, why: str) -> None:
        self.receiver = receiver
        self.why = why
        super().__init__(
            f"{receiver} holds no tokens for anybody: {why}",
            hint="give the party of a wallet; what is sent there cannot come back",
        )


class MemoRefused(ExchangeError):
    """A memo for the receiver cannot be sent; field `reason`."""

    code = "MEMO_REFUSED"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the memo {reason}", hint="give the memo exactly as the receiver does")


class WithdrawalUnknown(NotPossible):
    """There is no such withdrawal; field `withdrawal`."""

    code = "WITHDRAWAL_UNKNOWN"

    def __init__(self, withdrawal: UUID) -> None:
        self.withdrawal = withdrawal
        super().__init__(f"there is no withdrawal {withdrawal}")


class WithdrawalEnded(NotPossible):
    """A withdrawal is not where such a step can be taken; fields `withdrawal` and `state`."""

    code = "WITHDRAWAL_ENDED"

    def __init__(self, withdrawal: UUID, state: str) -> None:
        self.withdrawal = withdrawal
        self.state = state
        super().__init__(
            f"the withdrawal {withdrawal} is {state}", hint="look at it: nothing has to be done"
        )


class NotRefundable(ExchangeError):
    """A deposit cannot be given back; fields `deposit` and `reason`."""

    code = "NOT_REFUNDABLE"

    def __init__(self, deposit: UUID, reason: str) -> None:
        self.deposit = deposit
        self.reason = reason
        super().__init__(f"the deposit {deposit} cannot be given back: {reason}")


class NotAttributable(ExchangeError):
    """A withdrawal cannot be made this customer's; fields `withdrawal` and `reason`."""

    code = "NOT_ATTRIBUTABLE"

    def __init__(self, withdrawal: UUID, reason: str) -> None:
        self.withdrawal = withdrawal
        self.reason = reason
        super().__init__(
            f"the withdrawal {withdrawal} cannot be attributed: {reason}",
            hint="only what was recovered, is no money back and is nobody's so far can be",
        )


class NotPreapproved(NotPossible):
    """A receiver did not pre-approve transfers, and nothing is offered; field `receiver`."""

    code = "RECEIVER_NOT_PREAPPROVED"

    def __init__(self, receiver: str) -> None:
        self.receiver = receiver
        super().__init__(
            f"{receiver} did not pre-approve transfers of this instrument",
            hint="nothing was sent; the receiver has to pre-approve, or offers be allowed",
        )


class WrongKind(NotPossible):
    """A registry says a transfer is of a kind that it cannot be; fields `wanted` and `found`."""

    code = "WRONG_TRANSFER_KIND"

    def __init__(self, wanted: str, found: str) -> None:
        self.wanted = wanted
        self.found = found
        super().__init__(
            f"the registry says {found} of a transfer that is {wanted}",
            hint="nothing was sent; ask the admin of the instrument",
        )


class TooLate(NotPossible):
    """A withdrawal was not sent before its time was over; field `bound`, a record time."""

    code = "WITHDRAWAL_TOO_LATE"

    def __init__(self, bound: Timestamp) -> None:
        self.bound = bound
        super().__init__(
            f"nothing was recorded until {bound}, and nothing can be any more",
            hint="nothing was paid; ask again",
        )


class InputsGone(NotPossible):
    """Holdings that were to be rearranged are not free, or no more; field `missing`."""

    code = "INPUTS_GONE"

    def __init__(self, missing: int) -> None:
        self.missing = missing
        super().__init__(
            f"{missing} of the holdings are used up, reserved or locked",
            hint="nothing was changed; decide anew",
        )


class HoldingsBusy(NotNow):
    """Others look at holdings that a payment needs, for a moment; fields `wanted` and `seen`."""

    code = "HOLDINGS_BUSY"

    def __init__(self, wanted: Decimal, seen: Decimal | Total) -> None:
        self.wanted = wanted
        self.seen = seen
        super().__init__(
            f"{wanted} is wanted of free holdings; {seen} is in those nobody else looks at",
            hint="it is tried again at once; nothing has to be merged",
        )
