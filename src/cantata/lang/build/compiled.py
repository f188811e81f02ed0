"""A compiled contract package: code, bytes, and what it was compiled against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cantata.lf.archive import StoredPackage
from cantata.lf.model import Package, Packages


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPackage:
    """A package with its id and its bytes.

    `stored.package` has the places in the source at its expressions (`ELocated`; not in the
    bytes). `compiled` are the packages of contract source that it needs, `declared` the packages
    of the network that it needs and whose bytes are not known here.
    """

    stored: StoredPackage
    compiled: Mapping[str, StoredPackage]
    declared: Mapping[str, Package]

    @property
    def package(self) -> Package:
        """Give the package, its references to itself carrying the real id."""
        return self.stored.package

    @property
    def id(self) -> str:
        """Give the package id: the SHA-256 of the payload."""
        return self.stored.id

    @property
    def payload(self) -> bytes:
        """Give the bytes whose hash is the id."""
        return self.stored.payload

    @property
    def archive(self) -> bytes:
        """Give the content of the DALF file."""
        return self.stored.archive

    @property
    def dependencies(self) -> Packages:
        """Give the other packages of source that it needs, declared ones included."""
        return Packages(self._dependencies())

    def _dependencies(self) -> Iterator[Package]:
        yield from self.declared.values()
        for stored in self.compiled.values():
            yield stored.package
