"""What signing with a key of one's own takes and gives: keys, topology, hashes, signatures."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, WithJsonSchema

from cantata.accounts.errors import KeyRefused
from cantata.accounts.service.signing import ToSign
from cantata.http.schemas import Answer, NameText, PartyText, Request, checked
from cantata.http.texts import TextRefused
from cantata.lf.interactive.crypto import KeyFormat, KeySpec, PublicKey
from cantata.lf.interactive.errors import InvalidKey
from cantata.lf.interactive.topology import Onboarded

SIGNATURE_TEXT_MAX = 700
KEY_TEXT_MAX = 1_400
TOPOLOGY_TEXT_MAX = 90_000
PARTIES_MAX = 20

_CURVES = {
    "ed25519": KeySpec.SIGNING_KEY_SPEC_EC_CURVE25519,
    "p256": KeySpec.SIGNING_KEY_SPEC_EC_P256,
    "p384": KeySpec.SIGNING_KEY_SPEC_EC_P384,
    "secp256k1": KeySpec.SIGNING_KEY_SPEC_EC_SECP256K1,
}
_FORMATS = {
    "der": KeyFormat.CRYPTO_KEY_FORMAT_DER_X509_SUBJECT_PUBLIC_KEY_INFO,
    "raw": KeyFormat.CRYPTO_KEY_FORMAT_RAW,
}


def _base64(value: str) -> str:
    if not value.isascii():
        raise TextRefused("this is no base64")
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        raise TextRefused("this is no base64") from None
    return value


_PATTERN = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


def _bytes_of(most: int) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": _PATTERN, "minLength": 4, "maxLength": most}
    )


SignatureText = Annotated[
    str,
    Field(min_length=4, max_length=SIGNATURE_TEXT_MAX),
    AfterValidator(checked(_base64)),
    _bytes_of(SIGNATURE_TEXT_MAX),
]
TopologyText = Annotated[
    str,
    Field(min_length=4, max_length=TOPOLOGY_TEXT_MAX),
    AfterValidator(checked(_base64)),
    _bytes_of(TOPOLOGY_TEXT_MAX),
]
KeyText = Annotated[
    str,
    Field(min_length=4, max_length=KEY_TEXT_MAX),
    AfterValidator(checked(_base64)),
    _bytes_of(KEY_TEXT_MAX),
]


class KeySchema(Request):
    """A public key; the private one stays with its user."""

    curve: Literal["ed25519", "p256", "p384", "secp256k1"] = "ed25519"
    format: Literal["der", "raw"] = Field(
        default="der", description="DER SubjectPublicKeyInfo, or the 32 bytes of an Ed25519 key"
    )
    data: KeyText = Field(description="The key in base64")

    def to_model(self) -> PublicKey:
        """Give the key; raise KeyRefused."""
        data = base64.b64decode(self.data)
        try:
            return PublicKey.read(_FORMATS[self.format], data, _CURVES[self.curve])
        except InvalidKey as error:
            raise KeyRefused(error.message) from None


class TopologyRequest(Request):
    """The key that a new party is to have."""

    public_key: KeySchema


class TopologyAnswer(Answer):
    """What brings a party into being, to be read, hashed and signed."""

    party: str
    fingerprint: str = Field(description="Of the key, the second part of the party's id")
    topology: list[str] = Field(description="Topology transactions in base64, to hand in as is")
    hash: str = Field(description="Their multi-hash in base64; sign its 34 bytes")

    @classmethod
    def of(cls, made: Onboarded) -> TopologyAnswer:
        """Show the topology of a party."""
        return cls(
            party=str(made.party),
            fingerprint=str(made.party.fingerprint),
            topology=[base64.b64encode(each).decode() for each in made.transactions],
            hash=base64.b64encode(made.multi_hash).decode(),
        )


class ExternalRequest(Request):
    """A party with a key of its own: its topology, signed."""

    public_key: KeySchema
    topology: list[TopologyText] = Field(min_length=1, max_length=10)
    signature: SignatureText = Field(
        description="Over the multi-hash, in base64: 64 bytes for Ed25519, else DER"
    )
    name: NameText


class SigningAnswer(Answer):
    """What an operation waits for."""

    operation: str
    parties: list[str] = Field(description="Whose signatures are needed")
    commands: list[dict[str, Any]] = Field(
        description="What the ledger was asked for; the transaction must do this and no more"
    )
    prepared_transaction: str = Field(description="In base64; read it before signing")
    hash: str = Field(description="Of the transaction, in base64; sign its 32 bytes")
    hashing_scheme: Literal["HASHING_SCHEME_VERSION_V2"] = "HASHING_SCHEME_VERSION_V2"
    until: str = Field(description="The ledger does not record it later")

    @classmethod
    def of(cls, identity: UUID, wanted: ToSign) -> SigningAnswer:
        """Show what is to be signed."""
        return cls(
            operation=str(identity),
            parties=list(wanted.parties),
            commands=[dict(each) for each in wanted.commands],
            prepared_transaction=base64.b64encode(wanted.signed.prepared).decode(),
            hash=base64.b64encode(wanted.signed.digest).decode(),
            until=str(wanted.signed.until),
        )


class SignatureSchema(Request):
    """The signature of a party."""

    party: PartyText
    signature: SignatureText = Field(
        description="Over the hash, in base64: 64 bytes for Ed25519, else DER"
    )


class SignaturesRequest(Request):
    """The signatures of all parties that act."""

    signatures: list[SignatureSchema] = Field(min_length=1, max_length=PARTIES_MAX)
