"""A package with the bytes that it came in: they are its identity and are never changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from cantata.lf.model import Package


@dataclass(frozen=True, slots=True)
class StoredPackage:
    """A decoded package beside its archive.

    `payload` is what the package id is the SHA-256 of, and what Canton serves for the id;
    `archive` is the content of a DALF file.
    """

    package: Package
    payload: bytes = field(repr=False)
    archive: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Give the package id."""
        return self.package.id
