"""The envelope of a package: archive with hash, payload with language version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cantata.lf.archive.errors import (
    FeatureNotSupported,
    HashMismatch,
    InvalidPackage,
    MalformedMessage,
    UnknownField,
    UnknownVersion,
    UnsupportedVersion,
)
from cantata.lf.archive.limits import MESSAGE_DEPTH
from cantata.lf.archive.wire import (
    BYTES,
    VARINT,
    bytes_field,
    scan_fields,
    signed64,
)

SHA256 = 0

_ARCHIVE_FIELDS = {1: VARINT, 3: BYTES, 4: BYTES}
_PAYLOAD_FIELDS = {2: BYTES, 3: BYTES, 4: BYTES, 5: VARINT}


@dataclass(frozen=True, slots=True)
class Payload:
    """What a payload holds: the minor version of LF 2 and the bytes of the package message."""

    minor: str
    package: bytes


def open_archive(data: bytes) -> tuple[str, bytes]:
    """Give package id and payload of an archive whose hash is right; raise `ArchiveError`."""
    fields = _fields(data, "daml_lf.Archive", _ARCHIVE_FIELDS)
    if fields.get(1, SHA256) != SHA256:
        raise InvalidPackage("Unrecognized hash function")
    payload = fields.get(3, b"")
    stated = fields.get(4, b"")
    assert isinstance(payload, bytes)
    assert isinstance(stated, bytes)
    computed = hash_payload(payload)
    if stated != computed.encode():
        raise HashMismatch(computed, stated[:80].decode("ascii", "backslashreplace"))
    return computed, payload


def hash_payload(payload: bytes) -> str:
    """Give the package id of a payload."""
    return hashlib.sha256(payload).hexdigest()


def open_payload(data: bytes) -> Payload:
    """Give what a payload holds, if its language version is supported; raise `ArchiveError`."""
    fields = _fields(data, "daml_lf.ArchivePayload", _PAYLOAD_FIELDS)
    if 2 in fields:
        raise UnsupportedVersion(
            "Daml-LF 1 is not supported", hint="build the package with a current compiler"
        )
    package = fields.get(4)
    if package is None:
        raise InvalidPackage("Unrecognized or Unsupported LF version")
    minor_bytes = fields.get(3, b"")
    patch = fields.get(5, 0)
    assert isinstance(minor_bytes, bytes)
    assert isinstance(package, bytes)
    assert isinstance(patch, int)
    minor = minor_bytes[:20].decode("ascii", "backslashreplace")
    supported = ", ".join(f"2.{known}" for known in MESSAGE_DEPTH)
    if minor == "dev":
        raise UnsupportedVersion(f"Daml-LF 2.dev is not supported, supported are {supported}")
    if minor not in MESSAGE_DEPTH:
        raise UnknownVersion(f"2.{minor} is no version of Daml-LF, supported are {supported}")
    if patch != 0:
        raise UnknownVersion(f"Unknown patch version {signed64(patch)} for LF 2.{minor}")
    return Payload(minor, package)


def _fields(data: bytes, name: str, known: dict[int, int]) -> dict[int, int | bytes]:
    """Read a flat message of singular fields."""
    fields: dict[int, int | bytes] = {}
    for number, form, value in scan_fields(data, name):
        if known.get(number) != form:
            raise UnknownField(name, number)
        if number in fields:
            raise MalformedMessage(f"{name} holds two values where one is allowed")
        fields[number] = value
    return fields


def seal_payload(minor: str, package: bytes) -> bytes:
    """Write a payload: minor version, then the package message."""
    if minor not in MESSAGE_DEPTH:
        raise FeatureNotSupported("writing", minor)
    return bytes_field(3, minor.encode()) + bytes_field(4, package)


def seal_archive(payload: bytes) -> bytes:
    """Write an archive: payload and its hash (the hash function is the default, SHA-256)."""
    return bytes_field(3, payload) + bytes_field(4, hash_payload(payload).encode())
