"""Blobs whose contracts are remembered: holders show the same ones many times."""

from __future__ import annotations

from cantata.lf.model import Packages
from cantata.sandbox.engine import Contract
from cantata.sandbox.prepared.blobs import Blobs

KNOWN_BYTES_MAX = 16 * 1024 * 1024
"""Size of the blobs that are remembered, those used last."""


class KnownBlobs:
    """Writes and reads blobs as `Blobs` does; one that was seen before is not decoded again."""

    def __init__(self, packages: Packages) -> None:
        self._packages = packages
        self._blobs = Blobs(packages)
        self._known: dict[bytes, Contract] = {}
        self._size = 0

    def write(self, contract: Contract) -> bytes:
        """Give the blob of a contract."""
        blob = self._blobs.write(contract)
        self._remember(blob, contract)
        return blob

    def read(self, blob: bytes) -> Contract:
        """Give the contract in a blob, or raise what `Blobs.read` raises."""
        contract = self._known.get(blob)
        if contract is None or contract.template.package not in self._packages:
            contract = self._blobs.read(blob)
            if not self._blobs.is_sealed(blob):
                return contract
        self._remember(blob, contract)
        return contract

    def is_sealed(self, blob: bytes) -> bool:
        """Tell what `Blobs.is_sealed` tells; what is remembered is sealed."""
        return blob in self._known or self._blobs.is_sealed(blob)

    def _remember(self, blob: bytes, contract: Contract) -> None:
        if self._known.pop(blob, None) is None:
            self._size += len(blob)
        self._known[blob] = contract
        while self._size > KNOWN_BYTES_MAX:
            oldest = next(iter(self._known))
            del self._known[oldest]
            self._size -= len(oldest)
