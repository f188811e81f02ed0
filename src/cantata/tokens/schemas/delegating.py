"""What requests about allowances hold, and what is answered about them."""

from __future__ import annotations

from pydantic import Field

from cantata.http.schemas import AmountText, Answer, MemoText, MomentText, PartyText, Request
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.tokens.interventions import AllowOrder, SpendOrder
from cantata.tokens.schemas.answers import TokenName
from cantata.tokens.schemas.requests import TokenRef
from cantata.tokens.service.delegating import AllowanceView


class AllowanceRef(Request):
    """The allowance between an owner and a spender."""

    token: TokenRef
    owner: PartyText
    spender: PartyText


class AllowRequest(AllowanceRef):
    """What a spender may spend; it replaces what the two had before."""

    limit: AmountText | None = Field(default=None, description="In all; without it, no limit")
    expires_at: MomentText | None = None

    def to_model(self) -> AllowOrder:
        """Give the order."""
        until = self.expires_at
        return AllowOrder(
            token=self.token.to_model(),
            owner=PartyId(self.owner),
            spender=PartyId(self.spender),
            limit=None if self.limit is None else Decimal(self.limit),
            expires_at=None if until is None else Timestamp.parse(until),
        )


class SpendRequest(AllowanceRef):
    """A transfer of the owner's funds by the spender."""

    receiver: PartyText
    amount: AmountText
    memo: MemoText = ""

    def to_model(self) -> SpendOrder:
        """Give the order."""
        return SpendOrder(
            token=self.token.to_model(),
            owner=PartyId(self.owner),
            spender=PartyId(self.spender),
            receiver=PartyId(self.receiver),
            amount=Decimal(self.amount),
            memo=self.memo,
        )


class AllowanceAnswer(Answer):
    """An allowance that stands; each use replaces its contract."""

    token: TokenName
    owner: str
    spender: str
    remaining: str | None = Field(description="What may still be spent; null without limit")
    expires_at: str | None
    contract_id: str

    @classmethod
    def of(cls, view: AllowanceView) -> AllowanceAnswer:
        """Show an allowance."""
        return cls(
            token=TokenName.of(view.token),
            owner=view.owner,
            spender=view.spender,
            remaining=None if view.remaining is None else str(view.remaining),
            expires_at=None if view.expires_at is None else str(view.expires_at),
            contract_id=view.contract_id,
        )


class Allowances(Answer):
    """A page of allowances, newest first."""

    items: list[AllowanceAnswer]
    next_cursor: str | None
