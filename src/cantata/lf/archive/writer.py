"""Writing packages: payload, id and archive from the model, always the same bytes."""

from __future__ import annotations

from cantata.lf.archive.encode.definitions import DefinitionEncoder
from cantata.lf.archive.encode.fields import message
from cantata.lf.archive.envelope import hash_payload, seal_archive, seal_payload
from cantata.lf.archive.rebind import bind_package_id
from cantata.lf.archive.stable_ids import STABLE_IDS
from cantata.lf.archive.stored import StoredPackage
from cantata.lf.archive.wire import bytes_field
from cantata.lf.model import Package

_MODULES, _STRINGS, _DOTTED, _METADATA, _TYPES = range(1, 6)
_EXPRS, _IMPORTS = 7, 9


def write_package(package: Package, *, lf_minor: str | None = None) -> StoredPackage:
    """Write a package for LF 2.`lf_minor` (its own version if not given).

    The id is the SHA-256 of the payload; in the result the package carries it, and so do its
    references to itself (which may say `SELF_PACKAGE` or the id that it had). Definitions keep
    their order; strings, names, types and, from 2.2 on, expressions are numbered by first use;
    locations are left out. The caller checks the package: an ill-formed one may be unreadable.
    """
    minor = package.lf_minor if lf_minor is None else lf_minor
    payload = seal_payload(minor, _encode(package, minor))
    package_id = hash_payload(payload)
    bound = bind_package_id(package, package_id, lf_minor=minor)
    return StoredPackage(bound, payload, seal_archive(payload))


def _encode(package: Package, minor: str) -> bytes:
    encoder = DefinitionEncoder(package.id, minor, STABLE_IDS)
    if encoder.flat:
        declared = sorted(package.imports - STABLE_IDS - encoder.own_ids)
        encoder.imports = {package_id: index for index, package_id in enumerate(declared)}
    modules = [encoder.module(module) for module in package.modules.values()]
    upgraded = package.upgraded_package_id
    metadata = message(
        "PackageMetadata",
        encoder.string(package.name),
        encoder.string(package.version),
        None if upgraded is None else message("UpgradedPackageId", encoder.string(upgraded)),
    )
    imports = b"".join(bytes_field(1, package_id.encode()) for package_id in encoder.imports)
    parts = [
        *(bytes_field(_MODULES, module) for module in modules),
        *(bytes_field(_STRINGS, text.encode()) for text in encoder.strings),
        *(bytes_field(_DOTTED, entry) for entry in encoder.dotted_entries),
        bytes_field(_METADATA, metadata),
        *(bytes_field(_TYPES, entry) for entry in encoder.types),
        *(bytes_field(_EXPRS, entry) for entry in encoder.exprs),
        bytes_field(_IMPORTS, imports) if imports else b"",
    ]
    return b"".join(parts)
