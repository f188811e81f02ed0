"""What is answered about treasuries, listings and customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from cantata.exchange.model.customers import Balance, CustomerAccount
from cantata.exchange.model.treasury import (
    ListedInstrument,
    Registry,
    Treasury,
    UploadedPackage,
)
from cantata.exchange.policy.memos import shown
from cantata.exchange.repository.reading import Position, StatementLine
from cantata.exchange.schemas.common import InstrumentName
from cantata.exchange.service.customers import address_of
from cantata.http.schemas import Answer
from cantata.tokens.model import InstrumentId

_SECOND = 1_000_000
_DURATIONS = ("offer_ttl", "record_ttl", "accept_margin")


class TreasuryAnswer(Answer):
    """A party that holds what customers deposited."""

    party: str
    name: str
    signer: str
    withdrawals_enabled: bool
    safe_after: str | None = Field(
        description="Withdrawals wait until a later record time was ingested"
    )
    from_offset: int
    created_at: str

    @classmethod
    def of(cls, treasury: Treasury) -> TreasuryAnswer:
        """Show a treasury."""
        return cls(
            party=treasury.party,
            name=treasury.name,
            signer=treasury.signer,
            withdrawals_enabled=treasury.withdrawals_enabled,
            safe_after=None if treasury.safe_after is None else str(treasury.safe_after),
            from_offset=treasury.from_offset,
            created_at=str(treasury.created_at),
        )


class Treasuries(Answer):
    """All treasuries, by name."""

    items: list[TreasuryAnswer]
    next_cursor: str | None = None


class DarAnswer(Answer):
    """The main package of a DAR that was uploaded because an admin's tokens need it."""

    admin: str
    package_id: str
    name: str
    version: str
    sha256: str = Field(description="Of the DAR, as it was sent")
    uploaded_at: str

    @classmethod
    def of(cls, package: UploadedPackage) -> DarAnswer:
        """Show an uploaded package."""
        return cls(
            admin=package.admin,
            package_id=package.id,
            name=package.name,
            version=package.version,
            sha256=package.dar_sha256,
            uploaded_at=str(package.uploaded_at),
        )


class Dars(Answer):
    """What was uploaded, in the order in which a restored participant is given it again."""

    items: list[DarAnswer]
    next_cursor: str | None = None


class PositionAnswer(Answer):
    """What a treasury holds of an instrument; of `total`, `locked` and `reserved` is not free."""

    instrument: InstrumentName
    total: str
    locked: str
    reserved: str
    holdings: int

    @classmethod
    def of(cls, position: Position) -> PositionAnswer:
        """Show a position."""
        return cls(
            instrument=InstrumentName.of(position.instrument),
            total=str(position.total),
            locked=str(position.locked),
            reserved=str(position.reserved),
            holdings=position.holdings,
        )


class TreasuryDetails(TreasuryAnswer):
    """A treasury and what it holds, as of an offset."""

    positions: list[PositionAnswer]
    offset: int

    @classmethod
    def with_positions(
        cls, treasury: Treasury, positions: Sequence[Position], offset: int
    ) -> TreasuryDetails:
        """Show a treasury and its positions."""
        found = TreasuryAnswer.of(treasury).model_dump()
        return cls(**found, positions=[PositionAnswer.of(p) for p in positions], offset=offset)


class RegistryAnswer(Answer):
    """Where an admin's registry answers, and what it last said of itself."""

    admin: str
    url: str
    checked_at: str
    apis: dict[str, int]

    @classmethod
    def of(cls, registry: Registry) -> RegistryAnswer:
        """Show a registry."""
        return cls(
            admin=registry.admin,
            url=registry.url,
            checked_at=str(registry.checked_at),
            apis=dict(registry.info.get("apis", {})),
        )


class Registries(Answer):
    """All registries, by admin."""

    items: list[RegistryAnswer]
    next_cursor: str | None = None


class ListedAnswer(Answer):
    """A listed instrument."""

    instrument: InstrumentName
    name: str
    symbol: str
    decimals: int
    packages: list[str]
    listing: str
    policy: dict[str, Any] = Field(description="Amounts as texts, times in seconds")
    listed_at: str

    @classmethod
    def of(cls, listed: ListedInstrument) -> ListedAnswer:
        """Show a listed instrument."""
        return cls(
            instrument=InstrumentName.of(listed.id),
            name=listed.name,
            symbol=listed.symbol,
            decimals=listed.decimals,
            packages=list(listed.packages),
            listing=listed.listing.value,
            policy=_policy(listed.policy.to_json()),
            listed_at=str(listed.listed_at),
        )


class ListedInstruments(Answer):
    """A page of listed instruments."""

    items: list[ListedAnswer]
    next_cursor: str | None


class AccountAnswer(Answer):
    """A customer's account; `address` is party and memo in one text, as custodians keep it."""

    id: str
    reference: str
    treasury: str
    memo: str
    memo_shown: str = Field(description="The memo as people read it")
    address: str
    state: str
    created_at: str

    @classmethod
    def of(cls, account: CustomerAccount) -> AccountAnswer:
        """Show an account."""
        return cls(
            id=str(account.id),
            reference=account.reference,
            treasury=account.treasury,
            memo=account.memo,
            memo_shown=shown(account.memo),
            address=address_of(account),
            state=account.state.value,
            created_at=str(account.created_at),
        )


class Accounts(Answer):
    """A page of accounts, by reference."""

    items: list[AccountAnswer]
    next_cursor: str | None


class BalanceAnswer(Answer):
    """What a customer may withdraw, and what withdrawals under way hold."""

    instrument: InstrumentName
    available: str
    held: str


class Balances(Answer):
    """All balances of an account, as of an offset."""

    items: list[BalanceAnswer]
    offset: int

    @classmethod
    def of(cls, found: Mapping[InstrumentId, Balance], offset: int) -> Balances:
        """Show balances."""
        items = [
            BalanceAnswer(
                instrument=InstrumentName.of(instrument),
                available=str(balance.available),
                held=str(balance.held),
            )
            for instrument, balance in found.items()
        ]
        return cls(items=items, offset=offset)


class StatementEntry(Answer):
    """What changed a customer's balance, and the balance after it."""

    number: int
    at: str
    occasion: str
    reference: str
    instrument: InstrumentName
    amount: str = Field(description="What the customer gained; what she lost is negative")
    balance: str

    @classmethod
    def of(cls, found: StatementLine) -> StatementEntry:
        """Show a line of a statement."""
        line = found.line
        return cls(
            number=line.number,
            at=str(line.at),
            occasion=line.occasion.value,
            reference=line.reference,
            instrument=InstrumentName.of(line.instrument),
            amount=str(-line.amount),
            balance=str(found.balance),
        )


class Statement(Answer):
    """A page of a customer's statement, newest first."""

    items: list[StatementEntry]
    next_cursor: str | None
    offset: int


def _policy(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{name}_seconds" if name in _DURATIONS else name: (
            value // _SECOND if name in _DURATIONS else value
        )
        for name, value in stored.items()
    }
