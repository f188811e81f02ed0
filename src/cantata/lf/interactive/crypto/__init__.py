"""Keys and signatures of external parties: fingerprints, signing and verifying."""

from cantata.lf.interactive.crypto.keys import KeyFormat, KeySpec, PublicKey
from cantata.lf.interactive.crypto.signatures import (
    Algorithm,
    PrivateKey,
    Signature,
    SignatureFormat,
    count_signers,
    signature_by,
    verify,
)

__all__ = [
    "Algorithm",
    "KeyFormat",
    "KeySpec",
    "PrivateKey",
    "PublicKey",
    "Signature",
    "SignatureFormat",
    "count_signers",
    "signature_by",
    "verify",
]
