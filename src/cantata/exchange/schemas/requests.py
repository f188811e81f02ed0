"""What requests about the exchange hold."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from cantata.exchange.model.customers import REFERENCE_LENGTH_MAX
from cantata.exchange.model.treasury import (
    POOL_MAX,
    SIGNED_BY_PARTICIPANT,
    Listing,
    Policy,
)
from cantata.exchange.model.withdrawals import WithdrawalOrder
from cantata.exchange.schemas.common import Decision, IdText, InstrumentRef, PackageText
from cantata.exchange.service.customers import NewAccount
from cantata.exchange.service.listings import ListingChange, NewListing
from cantata.exchange.service.treasuries import NewTreasury
from cantata.exchange.webhooks.model import OVERLAP, OVERLAP_MAX, TOPICS_MAX, URL_MAX
from cantata.http.schemas import AmountText, MemoText, NameText, PartyText, Request
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.tokens.model import INPUTS_MAX

_SECOND = 1_000_000
SECONDS_MAX = 366 * 86_400
TRIES_MAX = 100
PACKAGES_MAX = 50

ListingName = Literal["open", "deposits_only", "withdrawals_only", "suspended"]
Seconds = Annotated[int, Field(ge=0, le=SECONDS_MAX)]
TopicText = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[a-z_.]+\*?$")]


class TreasuryRequest(Request):
    """A treasury to open; its history begins when it is opened."""

    party: PartyText = Field(description="A party that you may act for")
    name: NameText
    signer: str = Field(
        default=SIGNED_BY_PARTICIPANT,
        pattern=r"^[A-Za-z0-9._-]{1,100}$",
        description="Who signs for it: `participant`, or the name of a configured signer",
    )

    def to_model(self) -> NewTreasury:
        """Give what is asked for."""
        return NewTreasury(party=PartyId(self.party), name=self.name, signer=self.signer)


class RegistryRequest(Decision):
    """Where an admin's registry answers."""

    admin: PartyText
    url: str = Field(min_length=1, max_length=500, pattern=r"^[!-~]+$")


class PolicyRequest(Request):
    """How an instrument is treated; what is left out keeps its default, or stays as it is."""

    deposit_minimum: AmountText | None = None
    withdrawal_minimum: AmountText | None = None
    withdrawal_maximum: AmountText | None = None
    withdrawal_fee: AmountText | None = None
    reject_fee: AmountText | None = None
    sending: Literal["direct_only", "offer"] | None = None
    offer_ttl_seconds: Seconds | None = None
    record_ttl_seconds: Seconds | None = None
    accept_margin_seconds: Seconds | None = None
    accept_tries_max: int | None = Field(default=None, ge=1, le=TRIES_MAX)
    pool_size: int | None = Field(default=None, ge=0, le=POOL_MAX)
    pool_amount: AmountText | None = None
    dust_below: AmountText | None = None
    inputs_max: int | None = Field(default=None, ge=1, le=INPUTS_MAX)

    def to_model(self, before: Policy) -> Policy:
        """Give the policy that follows another one."""
        values: dict[str, Any] = before.to_json()
        for name, value in self.model_dump(exclude_none=True).items():
            if name.endswith("_seconds"):
                values[name.removesuffix("_seconds")] = value * _SECOND
            else:
                values[name] = value
        return Policy.from_json(values)


class ListRequest(Decision):
    """An instrument to list."""

    instrument: InstrumentRef
    packages: list[PackageText] = Field(
        min_length=1,
        max_length=PACKAGES_MAX,
        description="Names of the packages whose contracts count as holdings of it",
    )
    listing: ListingName = "suspended"
    policy: PolicyRequest = PolicyRequest()

    def to_model(self) -> NewListing:
        """Give what is to be listed."""
        return NewListing(
            instrument=self.instrument.to_model(),
            packages=tuple(self.packages),
            listing=Listing(self.listing),
            policy=self.policy.to_model(Policy()),
        )


class ListingChangeRequest(Decision):
    """What is to be different about an instrument."""

    instrument: InstrumentRef
    packages: list[PackageText] | None = Field(default=None, min_length=1, max_length=PACKAGES_MAX)
    listing: ListingName | None = None
    policy: PolicyRequest | None = None

    def to_model(self, before: Policy) -> ListingChange:
        """Give the change of an instrument that is treated so before."""
        return ListingChange(
            packages=None if self.packages is None else tuple(self.packages),
            listing=None if self.listing is None else Listing(self.listing),
            policy=None if self.policy is None else self.policy.to_model(before),
        )


class RefreshRequest(Decision):
    """An instrument whose registry is to be asked again."""

    instrument: InstrumentRef


class AccountRequest(Request):
    """An account to open; `memo` only for one that was known by it before."""

    reference: NameText = Field(
        max_length=REFERENCE_LENGTH_MAX, description="Your own name of the customer"
    )
    treasury: PartyText
    memo: MemoText | None = Field(default=None, max_length=128)

    def to_model(self) -> NewAccount:
        """Give the account."""
        return NewAccount(reference=self.reference, treasury=PartyId(self.treasury), memo=self.memo)


class AttributionRequest(Decision):
    """Whose a deposit is."""

    account: IdText


class RecoveryRequest(AttributionRequest):
    """Whose a recovered withdrawal is."""

    bear_shortfall: bool = Field(
        default=False,
        description="Whether the exchange bears, as its loss, what the account lacks of a completed"
        " payment; only an operator may decide so",
    )


class RefundRequest(Decision):
    """How a deposit goes back: to its sender, or to somebody else."""

    receiver: PartyText | None = None
    memo: MemoText = ""


class WithdrawalRequest(Request):
    """A payment that a customer wants."""

    account: IdText
    instrument: InstrumentRef
    amount: AmountText
    receiver: PartyText
    memo: MemoText = Field(default="", description="For the receiver, such as an account there")

    def to_model(self) -> WithdrawalOrder:
        """Give the order."""
        return WithdrawalOrder(
            account=UUID(self.account),
            instrument=self.instrument.to_model(),
            amount=Decimal(self.amount),
            receiver=self.receiver,
            memo=self.memo,
        )


class WebhookRequest(Request):
    """Where news is to go, and which."""

    url: str = Field(min_length=1, max_length=URL_MAX, pattern=r"^[!-~]+$")
    topics: list[TopicText] = Field(
        default=["exchange.*"],
        min_length=1,
        max_length=TOPICS_MAX,
        description="Such as exchange.deposit.credited, exchange.withdrawal.* or exchange.*",
    )
    description: MemoText = Field(default="", max_length=200)


class RotateRequest(Request):
    """How long the present secret signs beside the new one."""

    overlap_seconds: int = Field(
        default=OVERLAP.microseconds // _SECOND, ge=0, le=OVERLAP_MAX.microseconds // _SECOND
    )

    def to_model(self) -> RelTime:
        """Give the time."""
        return RelTime.of(seconds=self.overlap_seconds)
