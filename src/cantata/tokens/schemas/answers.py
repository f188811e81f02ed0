"""What is answered about tokens."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cantata.http.schemas import Answer
from cantata.tokens.model import Holding, InstrumentId, Offer
from cantata.tokens.queries import TokenView
from cantata.tokens.repository.holdings import Balance
from cantata.tokens.repository.reading import Moved
from cantata.tokens.statements.model import Conservation, Statistics


class PrecheckAnswer(Answer):
    """Whether a transfer would succeed now: reason 0 exactly if it would."""

    allowed: bool
    reason: int = Field(description="0 allowed, else why not; see /docs")
    code: str
    detail: str
    remedy: str
    kind: Literal["self", "direct", "offer"] = Field(
        description="Whether it would be done at once, or wait for the receiver"
    )


class TokenName(Answer):
    """A token: its issuer and its symbol."""

    admin: str
    id: str

    @classmethod
    def of(cls, token: InstrumentId) -> TokenName:
        """Show a token's id."""
        return cls(admin=token.admin, id=token.id)


class TokenAnswer(Answer):
    """A token."""

    token: TokenName
    name: str
    symbol: str
    decimals: int
    cap: str | None
    supply: str
    contract_id: str
    currency: str | None
    price_decimals: int | None
    classes: list[str]
    documents: list[dict[str, str | int]]
    created_at: str | None

    @classmethod
    def of(cls, view: TokenView) -> TokenAnswer:
        """Show a token."""
        found, more = view.instrument, view.registered
        return cls(
            token=TokenName.of(found.id),
            name=found.name,
            symbol=found.symbol,
            decimals=found.decimals,
            cap=None if found.cap is None else str(found.cap),
            supply=str(found.supply),
            contract_id=found.contract_id,
            currency=None if more is None else more.currency,
            price_decimals=None if more is None else more.price_decimals,
            classes=[] if more is None else list(more.classes),
            documents=[] if more is None else [dict(each) for each in more.documents],
            created_at=None if more is None else str(more.created_at),
        )


class Tokens(Answer):
    """A page of tokens."""

    items: list[TokenAnswer]
    next_cursor: str | None


class LockAnswer(Answer):
    """A lock on a holding."""

    holders: list[str]
    expires_at: str | None
    context: str


class HoldingAnswer(Answer):
    """An amount on one contract."""

    contract_id: str
    token: TokenName
    owner: str
    amount: str
    lock: LockAnswer | None
    created_at: str | None

    @classmethod
    def of(cls, holding: Holding) -> HoldingAnswer:
        """Show a holding."""
        lock = holding.lock
        shown = None
        if lock is not None:
            until = None if lock.expires_at is None else str(lock.expires_at)
            shown = LockAnswer(holders=list(lock.holders), expires_at=until, context=lock.context)
        return cls(
            contract_id=holding.contract_id,
            token=TokenName.of(holding.instrument),
            owner=holding.owner,
            amount=str(holding.amount),
            lock=shown,
            created_at=None if holding.created_at is None else str(holding.created_at),
        )


class Holdings(Answer):
    """A page of holdings, as of an offset."""

    items: list[HoldingAnswer]
    next_cursor: str | None
    offset: int


class BalanceAnswer(Answer):
    """What a party has of a token: `total` is free and locked together."""

    owner: str
    token: TokenName
    total: str
    free: str
    locked: str
    holdings: int

    @classmethod
    def of(cls, balance: Balance) -> BalanceAnswer:
        """Show a balance."""
        return cls(
            owner=balance.owner,
            token=TokenName.of(balance.instrument),
            total=str(balance.total),
            free=str(balance.free),
            locked=str(balance.locked),
            holdings=balance.holdings,
        )


class Balances(Answer):
    """A page of balances, as of an offset."""

    items: list[BalanceAnswer]
    next_cursor: str | None
    offset: int


class MovementAnswer(Answer):
    """A change of a party's balance."""

    offset: int
    position: int
    update_id: str
    at: str
    owner: str
    token: TokenName
    kind: str
    delta: str
    locked: str
    counterparty: str | None
    memo: str

    @classmethod
    def of(cls, moved: Moved) -> MovementAnswer:
        """Show a movement."""
        return cls(
            offset=moved.offset,
            position=moved.position,
            update_id=moved.update_id,
            at=str(moved.record_time),
            owner=moved.owner,
            token=TokenName.of(moved.token),
            kind=moved.kind.value,
            delta=str(moved.delta),
            locked=str(moved.locked),
            counterparty=moved.counterparty or None,
            memo=moved.memo,
        )


class Movements(Answer):
    """A page of movements, newest first."""

    items: list[MovementAnswer]
    next_cursor: str | None
    offset: int


OfferStateName = Literal["pending", "accepted", "rejected", "withdrawn", "expired"]


class OfferAnswer(Answer):
    """A transfer that waits, or waited, for its receiver."""

    offer: str
    token: TokenName
    sender: str
    receiver: str
    amount: str
    memo: str
    state: OfferStateName
    requested_at: str
    execute_before: str

    @classmethod
    def of(cls, offer: Offer) -> OfferAnswer:
        """Show an offer."""
        return cls(
            offer=offer.contract_id,
            token=TokenName.of(offer.instrument),
            sender=offer.sender,
            receiver=offer.receiver,
            amount=str(offer.amount),
            memo=offer.memo,
            state=offer.state.value,
            requested_at=str(offer.requested_at),
            execute_before=str(offer.execute_before),
        )


class Offers(Answer):
    """A page of offers, newest first."""

    items: list[OfferAnswer]
    next_cursor: str | None


class SupplyAnswer(Answer):
    """A token's supply as of an offset, with the proof that it is conserved."""

    token: TokenName
    supply: str = Field(description="As the token's contract states it")
    cap: str | None
    holdings: str = Field(description="What all holdings add up to, locked ones with them")
    movements: str = Field(description="What all movements of its holders add up to")
    conserved: bool = Field(description="Whether all three are equal")
    offset: int

    @classmethod
    def of(cls, token: InstrumentId, found: Conservation) -> SupplyAnswer:
        """Show a supply."""
        return cls(
            token=TokenName.of(token),
            supply=str(found.stated),
            cap=None if found.cap is None else str(found.cap),
            holdings=str(found.held),
            movements=str(found.moved),
            conserved=found.is_conserved,
            offset=found.offset,
        )


class StatisticsAnswer(Answer):
    """Figures of one token; figures of several tokens are never added up."""

    token: TokenName
    supply: str
    locked: str
    holders: int
    holdings: int
    minted: str
    burned: str
    transferred: str
    transfers: int
    offset: int

    @classmethod
    def of(cls, token: InstrumentId, found: Statistics, offset: int) -> StatisticsAnswer:
        """Show figures."""
        return cls(
            token=TokenName.of(token),
            supply=str(found.supply),
            locked=str(found.locked),
            holders=found.holders,
            holdings=found.holdings,
            minted=str(found.minted),
            burned=str(found.burned),
            transferred=str(found.transferred),
            transfers=found.transfers,
            offset=offset,
        )
