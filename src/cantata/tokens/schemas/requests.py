"""What requests about tokens hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from cantata.http.schemas import (
    AmountText,
    MemoText,
    MomentText,
    NameText,
    PartyText,
    Request,
    checked,
)
from cantata.http.texts import TextRefused
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.tokens.model import DECIMALS_MAX, InstrumentId
from cantata.tokens.orders import (
    CLASSES_MAX,
    CURRENCIES,
    DOCUMENTS_MAX,
    META_MAX,
    OWN_ENTRIES,
    RENEWAL_SECONDS_MAX,
    RENEWAL_SECONDS_MIN,
    BurnOrder,
    ConsentOrder,
    Document,
    MintOrder,
    NewToken,
    RearrangeOrder,
    TransferOrder,
)
from cantata.tokens.supervision import COUNTRIES_MAX

CountryText = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166, such as CH")]
SYMBOL_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"


class CurrencyUnknown(TextRefused):
    """A code names no currency."""

    code = "CURRENCY_UNKNOWN"


def _currency(value: str) -> str:
    if value not in CURRENCIES:
        raise CurrencyUnknown(f"{value!r} is no currency of ISO 4217, such as USD")
    return value


SymbolText = Annotated[str, Field(pattern=SYMBOL_PATTERN)]
CurrencyText = Annotated[
    str,
    Field(min_length=3, max_length=3),
    AfterValidator(checked(_currency)),
    WithJsonSchema({"type": "string", "enum": sorted(CURRENCIES)}),
]


def _entry(value: str) -> str:
    if value.startswith(OWN_ENTRIES):
        raise TextRefused(f"entries that begin with {OWN_ENTRIES!r} are the platform's own")
    return value


MetaKey = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=r"^[a-zA-Z0-9._/-]+$"),
    AfterValidator(checked(_entry)),
]


class TokenRef(Request):
    """A token: its issuer and its symbol."""

    admin: PartyText
    id: SymbolText

    def to_model(self) -> InstrumentId:
        """Give the token's id."""
        return InstrumentId(PartyId(self.admin), self.id)


class DocumentRequest(Request):
    """A document of a token, named by the hash of its content."""

    name: NameText
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0, le=2**40)
    media_type: str = Field(max_length=100, pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$")
    uri: str = Field(default="", max_length=500, pattern=r"^(https://[!-~]+)?$")
    version: str = Field(default="1", max_length=40, pattern=r"^[0-9A-Za-z._-]+$")
    visibility: Literal["public", "holders", "issuer"] = "public"

    def to_model(self) -> Document:
        """Give the document."""
        return Document(**self.model_dump())


class TokenRequest(Request):
    """A token that an issuer wants."""

    issuer: PartyText
    name: NameText
    symbol: SymbolText
    currency: CurrencyText
    decimals: int = Field(default=2, ge=0, le=DECIMALS_MAX)
    price_decimals: int = Field(default=2, ge=0, le=DECIMALS_MAX)
    cap: AmountText | None = None
    meta: dict[MetaKey, MemoText] = Field(default={}, max_length=META_MAX)
    classes: list[NameText] = Field(default=[], max_length=CLASSES_MAX)
    documents: list[DocumentRequest] = Field(default=[], max_length=DOCUMENTS_MAX)
    accounts_required: bool = Field(
        default=False, description="Whether holders need an account that the issuer attests"
    )
    countries: list[CountryText] = Field(
        default=[], max_length=COUNTRIES_MAX, description="Whose holders are admitted; all if empty"
    )
    approver: PartyText | None = Field(
        default=None, description="Whose users approve forced transfers and changes of the rules"
    )

    def to_model(self) -> NewToken:
        """Give the order."""
        return NewToken(
            issuer=PartyId(self.issuer),
            name=self.name,
            symbol=self.symbol,
            currency=self.currency,
            decimals=self.decimals,
            price_decimals=self.price_decimals,
            cap=None if self.cap is None else Decimal(self.cap),
            meta=self.meta,
            classes=tuple(self.classes),
            documents=tuple(document.to_model() for document in self.documents),
            accounts_required=self.accounts_required,
            countries=tuple(dict.fromkeys(self.countries)),
            approver=None if self.approver is None else PartyId(self.approver),
        )


class MintRequest(Request):
    """An amount that is to come into being."""

    token: TokenRef
    receiver: PartyText
    amount: AmountText
    memo: MemoText = ""

    def to_model(self) -> MintOrder:
        """Give the order."""
        return MintOrder(
            token=self.token.to_model(),
            receiver=PartyId(self.receiver),
            amount=Decimal(self.amount),
            memo=self.memo,
        )


class BurnRequest(Request):
    """An amount that its owner gives up."""

    token: TokenRef
    owner: PartyText
    amount: AmountText
    memo: MemoText = ""

    def to_model(self) -> BurnOrder:
        """Give the order."""
        return BurnOrder(
            token=self.token.to_model(),
            owner=PartyId(self.owner),
            amount=Decimal(self.amount),
            memo=self.memo,
        )


class TransferRequest(Request):
    """An amount that is to change hands."""

    token: TokenRef
    sender: PartyText
    receiver: PartyText
    amount: AmountText
    memo: MemoText = ""
    execute_before: MomentText | None = Field(
        default=None, description="Until when an offer waits; by default a day"
    )

    def to_model(self) -> TransferOrder:
        """Give the order."""
        until = self.execute_before
        return TransferOrder(
            token=self.token.to_model(),
            sender=PartyId(self.sender),
            receiver=PartyId(self.receiver),
            amount=Decimal(self.amount),
            memo=self.memo,
            execute_before=None if until is None else Timestamp.parse(until),
        )


class RearrangeRequest(Request):
    """Holdings to be split into amounts, or, without amounts, merged."""

    token: TokenRef
    owner: PartyText
    amounts: list[AmountText] = Field(default=[], max_length=100)

    @model_validator(mode="after")
    def amounts_are_one_together(self) -> RearrangeRequest:
        """Want amounts that together are one, as the inputs of a transaction are."""

        def check(value: RearrangeRequest) -> RearrangeRequest:
            if Total.of(map(Decimal, value.amounts)).to_decimal() is None:
                raise TextRefused("the amounts together have more digits than an amount can have")
            return value

        found: RearrangeRequest = checked(check)(self)
        return found

    def to_model(self) -> RearrangeOrder:
        """Give the order."""
        return RearrangeOrder(
            token=self.token.to_model(),
            owner=PartyId(self.owner),
            amounts=tuple(map(Decimal, self.amounts)),
        )


class ConsentRequest(Request):
    """A standing consent to receive an issuer's tokens."""

    token: TokenRef
    receiver: PartyText
    expires_at: MomentText | None = None
    renew_seconds: int | None = Field(
        default=None,
        ge=RENEWAL_SECONDS_MIN,
        le=RENEWAL_SECONDS_MAX,
        description="Renew it before it expires, for so long each time; wants expires_at",
    )

    @model_validator(mode="after")
    def renewal_has_a_begin(self) -> ConsentRequest:
        """Want a time at which what is to be renewed ends."""

        def check(value: ConsentRequest) -> ConsentRequest:
            if value.renew_seconds is not None and value.expires_at is None:
                raise TextRefused("renew_seconds wants expires_at, when the first length ends")
            return value

        found: ConsentRequest = checked(check)(self)
        return found

    def to_model(self) -> ConsentOrder:
        """Give the order."""
        until = self.expires_at
        return ConsentOrder(
            token=self.token.to_model(),
            receiver=PartyId(self.receiver),
            expires_at=None if until is None else Timestamp.parse(until),
            renew_seconds=self.renew_seconds,
        )


class ConsentEndRequest(Request):
    """A standing consent that is to end."""

    token: TokenRef
    receiver: PartyText

    def to_model(self) -> ConsentOrder:
        """Give the order."""
        return ConsentOrder(token=self.token.to_model(), receiver=PartyId(self.receiver))
