"""Keys and signatures of all kinds, and everything that does not fit together."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cantata.lf.interactive.crypto import (
    Algorithm,
    KeyFormat,
    KeySpec,
    PrivateKey,
    PublicKey,
    SignatureFormat,
    count_signers,
    verify,
)
from cantata.lf.interactive.errors import InvalidKey, InvalidSignature

MESSAGE = sha256(b"message").digest()
RAW = KeyFormat.CRYPTO_KEY_FORMAT_RAW
X509 = KeyFormat.CRYPTO_KEY_FORMAT_DER_X509_SUBJECT_PUBLIC_KEY_INFO
DER = KeyFormat.CRYPTO_KEY_FORMAT_DER
ED25519 = KeySpec.SIGNING_KEY_SPEC_EC_CURVE25519
P256 = KeySpec.SIGNING_KEY_SPEC_EC_P256


@pytest.fixture(scope="module", params=list(KeySpec), ids=lambda spec: spec.name)
def key(request: pytest.FixtureRequest) -> PrivateKey:
    return PrivateKey.generate(request.param)


def test_what_a_key_signs_it_verifies(key: PrivateKey) -> None:
    signature = key.sign(MESSAGE)
    verify(key.public, MESSAGE, signature)
    verify(key.public, MESSAGE, replace(signature, format=SignatureFormat.SIGNATURE_FORMAT_RAW))


def test_every_other_message_signature_and_key_is_refused(key: PrivateKey) -> None:
    signature = key.sign(MESSAGE)
    other = PrivateKey.generate(key.public.spec)
    flipped = bytes([signature.signature[0], signature.signature[1] ^ 1, *signature.signature[2:]])
    refused = [
        (key.public, b"other", signature),
        (other.public, MESSAGE, signature),
        (other.public, MESSAGE, replace(signature, signed_by=str(other.public.fingerprint))),
        (key.public, MESSAGE, replace(signature, signature=b"")),
        (key.public, MESSAGE, replace(signature, signature=flipped)),
        (key.public, MESSAGE, replace(signature, signature=signature.signature + b"\x00")),
        (key.public, MESSAGE, replace(signature, signature=b"\x00" * 100_000)),
        (key.public, MESSAGE, replace(signature, signature=b"\x00" * 64)),
    ]
    for public, message, given in refused:
        with pytest.raises(InvalidSignature):
            verify(public, message, given)


def test_the_form_must_fit_the_key(key: PrivateKey) -> None:
    signature = key.sign(MESSAGE)
    for form in SignatureFormat:
        if form not in {signature.format, SignatureFormat.SIGNATURE_FORMAT_RAW}:
            with pytest.raises(InvalidSignature, match="does not fit"):
                verify(key.public, MESSAGE, replace(signature, format=form))
    for algorithm in Algorithm:
        if algorithm is not signature.algorithm:
            with pytest.raises(InvalidSignature, match="does not fit"):
                verify(key.public, MESSAGE, replace(signature, algorithm=algorithm))


def test_a_key_comes_back_from_its_bytes(key: PrivateKey) -> None:
    public = key.public
    for form in (X509, DER):
        assert PublicKey.read(form, public.der, public.spec) == public


def test_raw_bytes_and_the_der_form_of_one_key_have_one_fingerprint() -> None:
    private = PrivateKey.from_seed(sha256(b"oracle").digest())
    raw = private.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert PublicKey.read(RAW, raw, ED25519) == private.public
    assert private.public.fingerprint == (
        "12200b1590e578fb8597783599a710220ca00cd82c44a54b272a9a20fd387e331987"
    )


def test_bytes_that_are_no_key_are_refused() -> None:
    rsa_der = rsa.generate_private_key(65537, 1024).public_key()
    brainpool = ec.generate_private_key(ec.SECP521R1()).public_key()
    p256 = PrivateKey.generate(P256).public.der
    ed25519 = PublicKey.of(Ed25519PrivateKey.generate().public_key()).der
    spki = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    refused = [
        (RAW, b"short", ED25519),
        (RAW, b"\x00" * 32, P256),
        (X509, b"", ED25519),
        (X509, b"\x00" * 44, ED25519),
        (X509, b"\x30" * 2_000, ED25519),
        (X509, p256, ED25519),
        (X509, ed25519, P256),
        (X509, p256, KeySpec.SIGNING_KEY_SPEC_EC_SECP256K1),
        (X509, p256[:-1], P256),
        (X509, rsa_der.public_bytes(*spki), P256),
        (X509, brainpool.public_bytes(*spki), P256),
    ]
    for form, data, spec in refused:
        with pytest.raises(InvalidKey):
            PublicKey.read(form, data, spec)


def test_each_key_counts_once() -> None:
    first, second, foreign = (PrivateKey.generate() for _ in range(3))
    keys = (first.public, second.public)
    signatures = [first.sign(MESSAGE), first.sign(MESSAGE), second.sign(b"other")]
    counted = count_signers(keys, MESSAGE, [*signatures, foreign.sign(MESSAGE)])
    assert (counted.valid, counted.invalid) == (1, 2)
    counted = count_signers(keys, MESSAGE, [first.sign(MESSAGE), second.sign(MESSAGE)])
    assert (counted.valid, counted.invalid) == (2, 0)
