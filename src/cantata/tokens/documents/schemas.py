"""What requests and answers about documents, metadata and classes hold."""

from __future__ import annotations

from pydantic import Field

from cantata.http.schemas import AmountText, Answer, MemoText, NameText, Request
from cantata.kernel.money import Decimal
from cantata.tokens.documents.model import Filed
from cantata.tokens.model import DECIMALS_MAX, Instrument, InstrumentId
from cantata.tokens.orders import META_MAX, NewToken
from cantata.tokens.schemas.answers import TokenName
from cantata.tokens.schemas.requests import CurrencyText, MetaKey, SymbolText


class DocumentAnswer(Answer):
    """A version of a document."""

    number: int = Field(description="The document, among those of its token")
    name: str
    version: str
    sha256: str
    size: int
    media_type: str
    visibility: str
    uri: str | None
    newest: bool
    on_ledger: bool = Field(description="Whether the token's contract names this hash now")
    created_at: str

    @classmethod
    def of(cls, filed: Filed) -> DocumentAnswer:
        """Show a document."""
        document = filed.document
        return cls(
            number=filed.number,
            name=document.name,
            version=document.version,
            sha256=document.sha256,
            size=document.size,
            media_type=document.media_type,
            visibility=document.visibility,
            uri=document.uri or None,
            newest=filed.is_newest,
            on_ledger=filed.is_on_ledger,
            created_at=str(filed.created_at),
        )


class DocumentsPage(Answer):
    """A page of documents, by number, oldest version first."""

    items: list[DocumentAnswer]
    next_cursor: str | None


class VerifyRequest(Request):
    """What a file is: the hash of its content, and its size."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0, le=2**40)


class VerifyAnswer(Answer):
    """Whether a file is a document of a token; `documents` are the versions that it is."""

    verified: bool = Field(description="Whether it is the newest version, and the ledger names it")
    documents: list[DocumentAnswer]


class MetadataRequest(Request):
    """Entries of a token's metadata to set; null takes one away."""

    entries: dict[MetaKey, MemoText | None] = Field(min_length=1, max_length=META_MAX)


class MetadataVersion(Answer):
    """What the ledger said of a token, from an offset on."""

    offset: int
    meta: dict[str, str]


class MetadataVersions(Answer):
    """A page of versions of metadata, newest first."""

    items: list[MetadataVersion]
    next_cursor: str | None


class ClassRequest(Request):
    """A class or series of a token: a token of its own."""

    name: NameText = Field(description="Such as Class A, or Series 2026-1")
    symbol: SymbolText
    currency: CurrencyText
    decimals: int = Field(default=2, ge=0, le=DECIMALS_MAX)
    price_decimals: int = Field(default=2, ge=0, le=DECIMALS_MAX)
    cap: AmountText | None = None
    meta: dict[MetaKey, MemoText] = Field(default={}, max_length=META_MAX)

    def to_model(self, of: InstrumentId) -> NewToken:
        """Give the order for a token of the same issuer."""
        return NewToken(
            issuer=of.admin,
            name=self.name,
            symbol=self.symbol,
            currency=self.currency,
            decimals=self.decimals,
            price_decimals=self.price_decimals,
            cap=None if self.cap is None else Decimal(self.cap),
            meta=self.meta,
        )


class ClassAnswer(Answer):
    """A class of a token; holdings of different classes are never exchanged for each other."""

    token: TokenName
    name: str
    decimals: int
    cap: str | None
    supply: str

    @classmethod
    def of(cls, found: Instrument, name: str) -> ClassAnswer:
        """Show a class."""
        return cls(
            token=TokenName.of(found.id),
            name=name,
            decimals=found.decimals,
            cap=None if found.cap is None else str(found.cap),
            supply=str(found.supply),
        )


class Classes(Answer):
    """A page of classes, by symbol."""

    items: list[ClassAnswer]
    next_cursor: str | None
