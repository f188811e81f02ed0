"""What callers ask of tokens, as the service takes it, and the currencies that it knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.tokens.model import InstrumentId

OFFER_LIFETIME = RelTime.of(days=1)
"""How long an offer waits for its receiver if nobody says otherwise."""

BATCH_MAX = 1_000
"""Rows of a batch."""

RENEWAL_SECONDS_MIN = 3_600
RENEWAL_SECONDS_MAX = 366 * 86_400

DOCUMENTS_MAX = 50
CLASSES_MAX = 50
META_MAX = 50

_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD
BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN
ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD
IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD
MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD
OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
UYU UZS VES VND VUV WST XAF XAG XAU XCD XOF XPD XPF XPT YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())
"""The active codes of ISO 4217, metals included."""


PUBLIC = "public"
"""The visibility of documents that everybody may see."""

OWN_ENTRIES = "cantata/"
"""Entries of metadata that begin so are written by Cantata alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document of a token, by the hash of its content."""

    name: str
    sha256: str
    size: int
    media_type: str
    uri: str = ""
    version: str = "1"
    visibility: str = PUBLIC

    @property
    def entry(self) -> str:
        """Give what the ledger says of it: its name only if all may know that."""
        named = f"{self.name}, " if self.visibility == PUBLIC else ""
        return f"{named}version {self.version}, sha-256:{self.sha256}"

    def to_json(self) -> dict[str, Any]:
        """Give what is stored."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "size": self.size,
            "media_type": self.media_type,
            "uri": self.uri,
            "version": self.version,
            "visibility": self.visibility,
        }


def document_key(number: int) -> str:
    """Give the entry of a token's metadata that names a document."""
    return f"{OWN_ENTRIES}document.{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token that an issuer wants."""

    issuer: PartyId
    name: str
    symbol: str
    currency: str
    decimals: int
    price_decimals: int
    cap: Decimal | None
    meta: Mapping[str, str]
    classes: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    accounts_required: bool = False
    countries: tuple[str, ...] = ()
    approver: PartyId | None = None

    @property
    def token(self) -> InstrumentId:
        """Give the token's id: its symbol is its name."""
        return InstrumentId(self.issuer, self.symbol)


@dataclass(frozen=True, slots=True, kw_only=True)
class MintOrder:
    """An amount that is to come into being."""

    token: InstrumentId
    receiver: PartyId
    amount: Decimal
    memo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnOrder:
    """An amount that its owner gives up."""

    token: InstrumentId
    owner: PartyId
    amount: Decimal
    memo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOrder:
    """An amount that is to change hands."""

    token: InstrumentId
    sender: PartyId
    receiver: PartyId
    amount: Decimal
    memo: str = ""
    execute_before: Timestamp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RearrangeOrder:
    """Holdings of a party that are to be split into amounts, or merged without them."""

    token: InstrumentId
    owner: PartyId
    amounts: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferOrder:
    """The end of an offer that somebody wants: `accept`, `reject` or `withdraw`."""

    offer: ContractId
    ending: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentOrder:
    """A standing pre-approval of a party for an issuer's tokens."""

    token: InstrumentId
    receiver: PartyId
    expires_at: Timestamp | None = None
    renew_seconds: int | None = None
    """For how long it is renewed each time, if it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What is known of a token beyond the ledger."""

    token: InstrumentId
    currency: str
    price_decimals: int
    classes: tuple[str, ...]
    documents: tuple[Mapping[str, Any], ...]
    created_at: Timestamp
