"""What requests about holders' accounts and frozen amounts hold, and what is answered."""

from __future__ import annotations

from pydantic import Field

from cantata.http.schemas import AmountText, Answer, MomentText, PartyText
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.tokens.interventions import AccountChange, AccountOrder, EnrolOrder, FreezeOrder
from cantata.tokens.model import InstrumentId
from cantata.tokens.schemas.answers import TokenName
from cantata.tokens.schemas.requests import CountryText
from cantata.tokens.schemas.ruling import ReasonRequest
from cantata.tokens.service.supervising import AccountView


class EnrolRequest(ReasonRequest):
    """A holder whom the issuer attests."""

    holder: PartyText
    country: CountryText
    verified_until: MomentText | None = Field(
        default=None, description="Until when; without it the holder is known, not verified"
    )
    locked_until: MomentText | None = Field(
        default=None, description="Until then the holder may receive, not send"
    )
    everywhere: bool = Field(default=False, description="For all tokens of the issuer")

    def to_model(self, token: InstrumentId) -> EnrolOrder:
        """Give the order."""
        return EnrolOrder(
            token=token,
            holder=PartyId(self.holder),
            country=self.country,
            verified_until=_time(self.verified_until),
            locked_until=_time(self.locked_until),
            everywhere=self.everywhere,
            reason=self.reason,
        )


class AccountRequest(ReasonRequest):
    """A change of an account that its path names."""

    def to_model(self, token: InstrumentId, holder: PartyId, change: AccountChange) -> AccountOrder:
        """Give the order."""
        return AccountOrder(token=token, holder=holder, change=change, reason=self.reason)


class VerifyRequest(ReasonRequest):
    """Who a holder is, until when; without a time the attestation is taken back."""

    country: CountryText
    verified_until: MomentText | None = None

    def to_model(self, token: InstrumentId, holder: PartyId) -> AccountOrder:
        """Give the order."""
        return AccountOrder(
            token=token,
            holder=holder,
            change=AccountChange.VERIFY,
            reason=self.reason,
            until=_time(self.verified_until),
            country=self.country,
        )


class LockUpRequest(ReasonRequest):
    """Until when a holder may not send; without a time the lock-up ends."""

    locked_until: MomentText | None = None

    def to_model(self, token: InstrumentId, holder: PartyId) -> AccountOrder:
        """Give the order."""
        return AccountOrder(
            token=token,
            holder=holder,
            change=AccountChange.LOCK_UP,
            reason=self.reason,
            until=_time(self.locked_until),
        )


class FreezeRequest(ReasonRequest):
    """An amount of a holder's."""

    amount: AmountText

    def to_model(self, token: InstrumentId, owner: PartyId, *, frozen: bool) -> FreezeOrder:
        """Give the order."""
        return FreezeOrder(
            token=token,
            owner=owner,
            amount=Decimal(self.amount),
            frozen=frozen,
            reason=self.reason,
        )


class AccountAnswer(Answer):
    """A holder's account, and what it has of the token."""

    token: TokenName
    holder: str
    frozen: bool
    country: str
    verified_until: str | None
    locked_until: str | None
    everywhere: bool
    balance: str
    frozen_amount: str

    @classmethod
    def of(cls, view: AccountView) -> AccountAnswer:
        """Show an account."""
        account = view.account
        return cls(
            token=TokenName.of(view.token),
            holder=view.holder,
            frozen=account.frozen,
            country=account.country,
            verified_until=_text(account.verified_until),
            locked_until=_text(account.locked_until),
            everywhere=view.everywhere,
            balance=str(view.balance),
            frozen_amount=str(view.frozen_amount),
        )


class Accounts(Answer):
    """A page of accounts."""

    items: list[AccountAnswer]
    next_cursor: str | None


def _time(text: str | None) -> Timestamp | None:
    return None if text is None else Timestamp.parse(text)


def _text(moment: Timestamp | None) -> str | None:
    return None if moment is None else str(moment)
