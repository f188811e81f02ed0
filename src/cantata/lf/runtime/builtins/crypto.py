"""Built-in functions on hexadecimal text, hashes and signatures."""

from __future__ import annotations

import hashlib
import re

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from cantata.lf.runtime.builtins.keccak import keccak256
from cantata.lf.runtime.errors import MalformedByteEncoding, MalformedKey, MalformedSignature

_HEX = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)
_CANNOT_PARSE = "can not parse hex string"


def sha256_text(text: str) -> str:
    """Give the SHA-256 of a text's UTF-8 form in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sha256_hex(text: str) -> str:
    """Give the SHA-256 of bytes in hex."""
    return hashlib.sha256(_bytes(text, _CANNOT_PARSE)).hexdigest()


def keccak256_hex(text: str) -> str:
    """Give the Keccak-256 of bytes in hex."""
    return keccak256(_bytes(text, _CANNOT_PARSE)).hex()


def text_to_hex(text: str) -> str:
    """Give a text's UTF-8 form in hex."""
    return text.encode("utf-8", "surrogatepass").hex()


def hex_to_text(text: str) -> str:
    """Decode UTF-8; bytes that are none become U+FFFD as Java replaces them."""
    return java_decode(_bytes(text, f"{_CANNOT_PARSE} argument"))


def secp256k1(signature: str, message: str, key: str) -> bool:
    """Verify a DER signature over the SHA-256 of a message; operands in hex."""
    return _verify(signature, message, key, ec.ECDSA(hashes.SHA256()))


def secp256k1_with_ecdsa(signature: str, digest: str, key: str) -> bool:
    """Verify a DER signature over a digest; operands in hex."""
    return _verify(signature, digest, key, None)


def secp256k1_validate_key(key: str) -> bool:
    """Tell whether a DER key in hex lies on the curve."""
    der = _bytes(key, "can not parse DER encoded public key hex string")
    try:
        _public_key(key, der)
    except MalformedKey:
        return False
    return True


def java_decode(data: bytes) -> str:
    """Decode UTF-8 with Java's rule for malformed input.

    Java replaces the longest prefix that could have begun a character, as Unicode recommends and
    Python does, but takes a three-byte form of a surrogate as one malformed character of three.
    """
    return _SURROGATE.sub(_REPLACEMENT, data).decode("utf-8", "replace")


_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()


def _verify(signature: str, message: str, key: str, algorithm: ec.ECDSA | None) -> bool:
    signed = _bytes(signature, "can not parse signature hex string")
    data = _bytes(message, "can not parse message hex string")
    der = _bytes(key, "can not parse DER encoded public key hex string")
    public = _public_key(key, der)
    try:
        utils.decode_dss_signature(signed)
    except ValueError:
        raise MalformedSignature(signature, "error decoding signature bytes.") from None
    if algorithm is None:
        data = _as_digest(data)
        algorithm = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
    try:
        public.verify(signed, data, algorithm)
    except InvalidSignature:
        return False
    return True


def _as_digest(data: bytes) -> bytes:
    """Give a digest of 32 bytes with the same meaning to ECDSA, which reads the leftmost bits."""
    return data.rjust(32, b"\0")[:32]


def _public_key(text: str, der: bytes) -> ec.EllipticCurvePublicKey:
    try:
        key = serialization.load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedKey(text, _java_reason(der, error)) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256K1):
        raise MalformedKey(text, "java.security.InvalidKeyException: not a key of secp256k1")
    return key


def _java_reason(der: bytes, error: Exception) -> str:
    """Say as Java does why a key cannot be read: its DER reader needs a tag and a length."""
    if len(der) < 2:
        return "java.security.InvalidKeyException: IOException: Short read of DER length"
    return f"java.security.InvalidKeyException: {error}"


def _bytes(text: str, cause: str) -> bytes:
    if not _HEX.fullmatch(text):
        raise MalformedByteEncoding(text, cause)
    return bytes.fromhex(text)
