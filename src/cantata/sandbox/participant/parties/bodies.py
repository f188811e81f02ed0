"""Requests about parties."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from cantata.lf.interactive.crypto import Algorithm, KeyFormat, KeySpec, Signature, SignatureFormat
from cantata.sandbox.participant.administration.metadata import FieldMask, ObjectMeta
from cantata.sandbox.participant.shapes import Int32, Named, message


@message
class AllocateParty:
    """To allocate a local party; the user gets the right to act as it."""

    party_id_hint: str
    local_metadata: ObjectMeta | None
    identity_provider_id: str
    synchronizer_id: str
    user_id: str


@message
class PartyBody:
    """The details of a party in a request."""

    party: str
    is_local: bool
    local_metadata: ObjectMeta | None
    identity_provider_id: str


@message
class UpdateParty:
    """To set details of a party."""

    party_details: PartyBody | None
    update_mask: FieldMask | None


@message
class PartiesQuery:
    """Which page of the parties."""

    filter_party: Annotated[str | None, Named("filter-party")]
    page_size: Int32 | None
    page_token: str | None
    identity_provider_id: Annotated[str | None, Named("identity-provider-id")]


@message
class PartyQuery:
    """More parties than the one of the path."""

    parties: tuple[str, ...]
    identity_provider_id: Annotated[str | None, Named("identity-provider-id")]


class KeyFormatName(Enum):
    """How a key is written."""

    UNSPECIFIED = "CRYPTO_KEY_FORMAT_UNSPECIFIED"
    DER = "CRYPTO_KEY_FORMAT_DER"
    RAW = "CRYPTO_KEY_FORMAT_RAW"
    X509 = "CRYPTO_KEY_FORMAT_DER_X509_SUBJECT_PUBLIC_KEY_INFO"

    @property
    def known(self) -> KeyFormat | None:
        """Give the format, None if there is none."""
        return KeyFormat.__members__.get(self.value)


class KeySpecName(Enum):
    """Which curve a key is on."""

    UNSPECIFIED = "SIGNING_KEY_SPEC_UNSPECIFIED"
    CURVE25519 = "SIGNING_KEY_SPEC_EC_CURVE25519"
    P256 = "SIGNING_KEY_SPEC_EC_P256"
    P384 = "SIGNING_KEY_SPEC_EC_P384"
    SECP256K1 = "SIGNING_KEY_SPEC_EC_SECP256K1"

    @property
    def known(self) -> KeySpec | None:
        """Give the curve, None if there is none."""
        return KeySpec.__members__.get(self.value)


class SignatureFormatName(Enum):
    """How a signature is written."""

    UNSPECIFIED = "SIGNATURE_FORMAT_UNSPECIFIED"
    RAW = "SIGNATURE_FORMAT_RAW"
    DER = "SIGNATURE_FORMAT_DER"
    CONCAT = "SIGNATURE_FORMAT_CONCAT"
    SYMBOLIC = "SIGNATURE_FORMAT_SYMBOLIC"


class AlgorithmName(Enum):
    """How a signature is made."""

    UNSPECIFIED = "SIGNING_ALGORITHM_SPEC_UNSPECIFIED"
    ED25519 = "SIGNING_ALGORITHM_SPEC_ED25519"
    EC_DSA_SHA_256 = "SIGNING_ALGORITHM_SPEC_EC_DSA_SHA_256"
    EC_DSA_SHA_384 = "SIGNING_ALGORITHM_SPEC_EC_DSA_SHA_384"


@message
class SignatureBody:
    """A signature in a request; `signed_by` is the fingerprint of the key."""

    format: SignatureFormatName
    signature: bytes
    signed_by: str
    signing_algorithm_spec: AlgorithmName

    def read(self) -> Signature | None:
        """Give the signature, None if its kind is unknown here."""
        form = SignatureFormat.__members__.get(self.format.value)
        algorithm = Algorithm.__members__.get(self.signing_algorithm_spec.value)
        if form is None or algorithm is None:
            return None
        return Signature(form, self.signature, self.signed_by, algorithm)


@message
class PublicKeyBody:
    """A public key in a request."""

    format: KeyFormatName
    key_data: bytes
    key_spec: KeySpecName


@message
class GenerateTopology:
    """To make the topology transactions of an external party."""

    synchronizer: str
    party_hint: str
    public_key: PublicKeyBody | None
    local_participant_observation_only: bool
    other_confirming_participant_uids: tuple[str, ...]
    confirmation_threshold: Int32
    observing_participant_uids: tuple[str, ...]


@message
class SignedTransaction:
    """A topology transaction with signatures of its own hash."""

    transaction: bytes
    signatures: tuple[SignatureBody, ...]


@message
class AllocateExternal:
    """To bring an external party into being."""

    synchronizer: str
    onboarding_transactions: tuple[SignedTransaction, ...]
    multi_hash_signatures: tuple[SignatureBody, ...]
    identity_provider_id: str
    wait_for_allocation: bool | None
    user_id: str
