"""Signers of our own: who signs for parties whose keys are with nobody outside.

A plan names its signer. The ledger prepares the transaction; it is decoded, compared with the
plan and hashed anew here; only then does the signer see the hash, and nothing else ever.

A key file is one way to keep a key. A key management service or a token behind PKCS#11 is one
more class with the one method of `Signer`, given to `cantata.bootstrap.working.worker` in
`Signers`:

    class Vault:
        def __init__(self, client, key: PublicKey) -> None: ...

        async def sign(self, party: PartyId, digest: bytes) -> Sequence[Mapping[str, Any]]:
            content = await self._client.sign(key_id, message=digest)
            return [signature_json(signature_by(self._key, content))]

`PublicKey.read` takes the public key in the form that such services give, `signature_by` says
what the bytes are. The digest is the message: Ed25519 signs its 32 bytes as they are, ECDSA
hashes them with SHA-256 as it hashes any message (mechanism CKM_ECDSA_SHA256; message type RAW,
not DIGEST) and answers in DER. A signer may be asked for the same digest more than once. It
raises `NotPossible` for what it will never sign, which ends the intent; anything else, and
silence for longer than SIGN_MAX, means later.
"""

from cantata.automation.signers.keyfile import KeyFileSigner
from cantata.automation.signers.registry import Signer, Signers
from cantata.automation.signers.settings import configured, names

__all__ = ["KeyFileSigner", "Signer", "Signers", "configured", "names"]
