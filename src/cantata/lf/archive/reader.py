"""Reading packages: from an archive (DALF) or from a payload."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cantata.lf.archive.decode.package import decode_package
from cantata.lf.archive.envelope import hash_payload, open_archive, open_payload, seal_archive
from cantata.lf.archive.errors import LimitExceeded
from cantata.lf.archive.limits import LIMITS, Limits
from cantata.lf.archive.stable_ids import STABLE_IDS
from cantata.lf.archive.stored import StoredPackage
from cantata.lf.model import Package

NOTHING: Mapping[str, StoredPackage] = MappingProxyType({})
"""No packages."""


def read_archive(data: bytes, *, limits: Limits = LIMITS) -> Package:
    """Decode an archive (the content of a DALF file); raise `ArchiveError` if it is refused.

    The package id is verified against the payload; unknown fields, unknown versions and every
    form that the language version does not have are refused. Time and memory are bounded by the
    length of `data` and by `limits`.
    """
    return read_stored(data, limits=limits).package


def read_stored(
    data: bytes, *, limits: Limits = LIMITS, known: Mapping[str, StoredPackage] = NOTHING
) -> StoredPackage:
    """Decode an archive and keep its bytes; a package that is `known` by its id is given back."""
    if len(data) > limits.archive_bytes:
        raise LimitExceeded("the archive's size in bytes", limits.archive_bytes)
    package_id, payload = open_archive(data)
    if package_id in known:
        return known[package_id]
    return StoredPackage(_decode(package_id, payload, limits), payload, data)


def read_payload(payload: bytes, *, limits: Limits = LIMITS) -> StoredPackage:
    """Decode a payload (what Canton serves for a package id) and keep its bytes."""
    if len(payload) > limits.archive_bytes:
        raise LimitExceeded("the payload's size in bytes", limits.archive_bytes)
    package = _decode(hash_payload(payload), payload, limits)
    return StoredPackage(package, payload, seal_archive(payload))


def _decode(package_id: str, payload: bytes, limits: Limits) -> Package:
    content = open_payload(payload)
    return decode_package(
        content.package,
        package_id=package_id,
        minor=content.minor,
        stable_ids=STABLE_IDS,
        limits=limits,
    )
