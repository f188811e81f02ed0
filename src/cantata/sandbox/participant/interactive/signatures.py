"""Checking that the acting parties of a prepared transaction have signed its hash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cantata.lf.interactive.crypto import Algorithm, Signature, SignatureFormat, count_signers
from cantata.sandbox.participant.commands.parse import shortened
from cantata.sandbox.participant.errors import Refusal
from cantata.sandbox.participant.interactive.bodies import SignatureBody, SinglePartySignatures
from cantata.sandbox.participant.node import Participant

SHA256_PREFIX = "1220"
"""What stands before a hash that is shown: its algorithm and its length."""


def not_executed(reason: str) -> Refusal:
    """Refuse to execute a prepared transaction."""
    return Refusal(
        "FAILED_TO_EXECUTE_TRANSACTION",
        f"The participant failed to execute the transaction: {reason}",
    )


def require_signatures(
    node: Participant,
    act_as: Sequence[str],
    given: Iterable[SinglePartySignatures],
    digest: bytes,
) -> None:
    """Refuse a transaction unless enough keys of each acting party have signed its hash."""
    by_party: dict[str, list[SignatureBody]] = {}
    for one in given:
        by_party.setdefault(one.party, []).extend(one.signatures)
    missing = [party for party in act_as if party not in by_party]
    if missing:
        raise not_executed(
            "The following actAs parties did not provide an external signature: "
            f"{', '.join(missing)}"
        )
    for party, signatures in by_party.items():
        _require_party(node, party, signatures, digest)


def _require_party(
    node: Participant, party: str, signatures: Sequence[SignatureBody], digest: bytes
) -> None:
    registered = node.signing_keys(party)
    if registered is None:
        raise not_executed(f"{shortened(party)} has no signing keys registered")
    keys = [signing.key for signing in registered.keys]
    if len(signatures) > len(keys):
        raise not_executed(
            f"Received {len(signatures)} signatures for {shortened(party)}, which has only "
            f"{len(keys)} keys registered"
        )
    readable = [found for found in map(_signature, signatures) if found is not None]
    count = count_signers(keys, digest, readable)
    wanted = max(1, registered.threshold)
    if count.valid < wanted:
        invalid = count.invalid + len(signatures) - len(readable)
        raise not_executed(
            f"Received {count.valid} valid signatures from distinct keys ({invalid} invalid), but "
            f"expected at least {wanted} valid for {shortened(party)}. Transaction "
            f"hash to be signed: {SHA256_PREFIX}{digest.hex()}. Ensure the correct transaction "
            "hash is signed with the correct key(s)."
        )


def _signature(body: SignatureBody) -> Signature | None:
    """Give a signature, None for one of an unknown format or algorithm: it cannot be valid."""
    form = SignatureFormat.__members__.get(body.format)
    algorithm = Algorithm.__members__.get(body.signing_algorithm_spec)
    if form is None or algorithm is None:
        return None
    return Signature(form, body.signature, body.signed_by, algorithm)
