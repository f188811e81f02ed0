"""Signers by their names, asked within a time and not believed in what they answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from cantata.automation.errors import NotPossible, SignerUnavailable, SignerUnknown
from cantata.kernel.ids import PartyId
from cantata.kernel.time import RelTime

SIGN_MAX = RelTime.of(seconds=10)
"""How long a signer may take."""

SIGNATURES_MAX = 32
"""Signatures that one party may give."""

TEXT_MAX = 2_000
"""Characters of one field of a signature."""

_FIELDS = frozenset({"format", "signature", "signedBy", "signingAlgorithmSpec"})


class Signer(Protocol):
    """Signs for parties with keys that are configured."""

    async def sign(self, party: PartyId, digest: bytes) -> Sequence[Mapping[str, Any]]:
        """Give a party's signatures of a digest of 32 bytes, as JSON of the ledger's API.

        Raise NotPossible for what it will never sign.
        """


class Signers:
    """The signers of a process."""

    def __init__(self, signers: Mapping[str, Signer] | None = None) -> None:
        self._signers = dict(signers or {})

    def require(self, name: str) -> Signer:
        """Give a signer; raise SignerUnknown."""
        found = self._signers.get(name)
        if found is None:
            raise SignerUnknown(name)
        return found

    async def sign(
        self, name: str, parties: Sequence[str], digest: bytes, most: RelTime = SIGN_MAX
    ) -> dict[str, Sequence[Mapping[str, Any]]]:
        """Have a signer sign for parties, at the same time; give the signatures by party.

        Raise NotPossible if it refuses, SignerUnavailable if it fails, takes too long, or answers
        with what are no signatures. What it says of a failure stays with it: it is not ours to
        log.
        """
        signer = self.require(name)
        try:
            async with asyncio.timeout(most.microseconds / 1_000_000):
                given = await asyncio.gather(
                    *(signer.sign(PartyId(party), digest) for party in parties)
                )
        except NotPossible:
            raise
        except Exception as error:  # noqa: BLE001 - it is the trouble of something outside
            raise SignerUnavailable(name, type(error).__name__) from None
        if not all(map(_are_signatures, given)):
            raise SignerUnavailable(name, "it answered with what are no signatures")
        return dict(zip(parties, given, strict=True))

    def __repr__(self) -> str:
        return f"Signers({', '.join(sorted(self._signers))})"


def _are_signatures(given: Any) -> bool:
    if not isinstance(given, list | tuple) or not 0 < len(given) <= SIGNATURES_MAX:
        return False
    return all(isinstance(each, Mapping) and each.keys() == _FIELDS for each in given) and all(
        isinstance(text, str) and len(text) <= TEXT_MAX for each in given for text in each.values()
    )
