"""What codes of the exchange mean over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What a code means over HTTP."""

    status: int
    title: str
    is_retryable: bool = False


EXCHANGE: Mapping[str, Kind] = {
    "CUSTOMER_UNKNOWN": Kind(404, "There is no such account"),
    "DELIVERY_UNKNOWN": Kind(404, "There is no such delivery"),
    "DEPOSIT_UNKNOWN": Kind(404, "There is no such deposit"),
    "INSTRUMENT_NOT_LISTED": Kind(404, "The instrument is not listed"),
    "NOT_IN_REGISTRY": Kind(404, "The registry does not know it"),
    "REGISTRY_UNKNOWN": Kind(404, "There is no such registry"),
    "TREASURY_UNKNOWN": Kind(404, "There is no such treasury"),
    "WEBHOOK_UNKNOWN": Kind(404, "There is no such webhook"),
    "WITHDRAWAL_UNKNOWN": Kind(404, "There is no such withdrawal"),
    "DEPOSIT_NOT_THERE": Kind(409, "The deposit is in another state by now"),
    "DEPOSIT_OFFER_ENDED": Kind(409, "The offer waits for nobody any more"),
    "ILLEGAL_DEPOSIT_STEP": Kind(409, "The deposit is in another state by now", is_retryable=True),
    "ILLEGAL_WITHDRAWAL_STEP": Kind(
        409, "The withdrawal is in another state by now", is_retryable=True
    ),
    "HOLDINGS_BUSY": Kind(409, "The holdings are in use", is_retryable=True),
    "INPUTS_GONE": Kind(409, "The holdings are in use", is_retryable=True),
    "INSTRUMENT_LISTED": Kind(409, "The instrument is listed already"),
    "REFERENCE_TAKEN": Kind(409, "There is such an account already"),
    "TREASURY_EXISTS": Kind(409, "There is such a treasury already"),
    "WITHDRAWALS_CLOSED": Kind(409, "Withdrawals of the instrument are closed"),
    "WITHDRAWALS_DISABLED": Kind(409, "The treasury pays nothing at the moment"),
    "WITHDRAWAL_ENDED": Kind(409, "The withdrawal is over"),
    "DAR_NOT_VETTED": Kind(409, "The package is not vetted", is_retryable=True),
    "DAR_TOO_LARGE": Kind(413, "The package is too large"),
    "ABOVE_MAXIMUM": Kind(422, "The amount is above the maximum"),
    "ADDRESS_REFUSED": Kind(422, "This is no address of a registry"),
    "BALANCE_TOO_LOW": Kind(422, "There is not enough"),
    "BELOW_MINIMUM": Kind(422, "The amount is below the minimum"),
    "CUSTOMER_NOT_OPEN": Kind(422, "The account is not open"),
    "CUSTOMER_REFUSED": Kind(422, "The account cannot be like that"),
    "DAR_REFUSED": Kind(422, "This is no DAR"),
    "DECIMALS_CHANGED": Kind(422, "The registry contradicts itself"),
    "EXCHANGE_REFUSED": Kind(422, "The exchange refuses it"),
    "LISTING_REFUSED": Kind(422, "The listing contradicts itself"),
    "MEMO_REFUSED": Kind(422, "The memo cannot be sent"),
    "NOT_ATTRIBUTABLE": Kind(422, "The withdrawal cannot be attributed"),
    "NOT_CREDITABLE": Kind(422, "The deposit cannot be credited"),
    "NOT_REFUNDABLE": Kind(422, "The deposit cannot be given back"),
    "OFFER_NOT_ACCEPTED": Kind(422, "The offer is not accepted"),
    "PREAPPROVAL_REFUSED": Kind(422, "Transfers of it are not pre-approved"),
    "REASON_MISSING": Kind(422, "A reason is needed"),
    "RECEIVER_IS_OURS": Kind(422, "The receiver is a treasury of ours"),
    "RECEIVER_IS_SENTINEL": Kind(422, "The receiver holds no tokens"),
    "RECEIVER_NOT_PREAPPROVED": Kind(422, "The receiver did not pre-approve transfers"),
    "REGISTRY_REFUSED": Kind(422, "The registry refuses it"),
    "REWARDS_REFUSED": Kind(422, "The treasury cannot be rewarded like that"),
    "SIGNER_NOT_CONFIGURED": Kind(422, "There is no such signer"),
    "SIGNER_UNKNOWN": Kind(422, "There is no such signer"),
    "TOO_MANY_WEBHOOKS": Kind(422, "There are too many webhooks"),
    "TOO_MUCH_LISTED": Kind(422, "There is too much listed"),
    "WEBHOOK_REFUSED": Kind(422, "The webhook is refused"),
    "WEBHOOK_SECRET_UNREADABLE": Kind(422, "The webhook's secret cannot be read"),
    "WEBHOOK_TOPIC_REFUSED": Kind(422, "This is no topic"),
    "WEBHOOK_URL_REFUSED": Kind(422, "Webhooks cannot go there"),
    "WITHDRAWAL_TOO_LATE": Kind(422, "It was not recorded in time", is_retryable=True),
    "WRONG_ADMIN": Kind(422, "The registry is another admin's"),
    "WRONG_PACKAGE": Kind(422, "The DAR is of another package"),
    "WRONG_TRANSFER_KIND": Kind(422, "The registry contradicts itself"),
    "CONSULT_TIMED_OUT": Kind(503, "The registry did not answer", is_retryable=True),
    "LEDGER_TOO_FAST": Kind(503, "The ledger is busy", is_retryable=True),
    "MALFORMED_REGISTRY_ANSWER": Kind(
        503, "The registry's answer cannot be read", is_retryable=True
    ),
    "REGISTRY_BUSY": Kind(503, "The registry is busy", is_retryable=True),
    "REGISTRY_ERROR": Kind(503, "The registry failed", is_retryable=True),
    "REGISTRY_UNAVAILABLE": Kind(503, "The registry cannot be reached", is_retryable=True),
    "SIGNER_UNAVAILABLE": Kind(503, "The signer cannot be reached", is_retryable=True),
}
"""The rows of the table of problems that are the exchange's own."""
