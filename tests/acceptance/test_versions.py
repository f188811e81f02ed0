"""Packages of Daml-LF 2.2: the decoder finds what a reader without schema counts (R4, C12)."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest

from cantata.lf.archive import read_archive, write_package
from cantata.lf.archive.errors import FeatureNotSupported
from cantata.lf.model import Package
from tests.acceptance.protobuf import only, submessages

ARCHIVE_PAYLOAD, PAYLOAD_PACKAGE, PACKAGE_MODULES, INTERNED_EXPRS = 3, 4, 1, 7
PACKAGE_IMPORTS, IMPORTED = 9, 1
TABLES = {
    "synonyms": 3,
    "data_types": 4,
    "values": 5,
    "templates": 6,
    "exceptions": 7,
    "interfaces": 8,
}
CHOICES = {"templates": 6, "interfaces": 5}


def package_of(archive: bytes) -> bytes:
    """Give the package message of an archive."""
    return only(only(archive, ARCHIVE_PAYLOAD), PAYLOAD_PACKAGE)


def raw_counts(package: bytes) -> dict[str, int]:
    """Count what a package message holds by field numbers alone."""
    modules = submessages(package, PACKAGE_MODULES)
    found = {"modules": len(modules)}
    for table, number in TABLES.items():
        entries = [entry for module in modules for entry in submessages(module, number)]
        found[table] = len(entries)
        if table in CHOICES:
            found[f"choices of {table}"] = sum(
                len(submessages(entry, CHOICES[table])) for entry in entries
            )
    return found


def our_counts(package: Package) -> dict[str, int]:
    """Count the same in a decoded package."""
    found = {"modules": len(package.modules)}
    for table in TABLES:
        entries = [
            entry
            for module in package.modules.values()
            for entry in getattr(module, table).values()
        ]
        found[table] = len(entries)
        if table in CHOICES:
            found[f"choices of {table}"] = sum(len(entry.choices) for entry in entries)
    return found


def frozen_archives(shared_data: Path) -> dict[str, tuple[str, bytes]]:
    """Give all valid frozen packages with their LF version."""
    read = {
        path.stem: json.loads(path.read_text("ascii"))
        for path in sorted((shared_data / "lf" / "packages").glob("*.json"))
    }
    return {
        name: (vector["lf"], b64decode(vector["dalf"]))
        for name, vector in read.items()
        if vector.get("valid") and "dalf" in vector
    }


@pytest.mark.parametrize("lf", ["2.1", "2.2", "2.3"])
def test_the_decoder_finds_what_is_there(shared_data: Path, lf: str) -> None:
    compared = 0
    for name, (version, archive) in frozen_archives(shared_data).items():
        if version == lf:
            package = read_archive(archive)
            assert package.lf_minor == lf[-1]
            assert our_counts(package) == raw_counts(package_of(archive)), name
            compared += 1
    assert compared > 1


def test_interned_expressions_and_imports_of_2_2_are_read(shared_data: Path) -> None:
    flat = {
        name: archive
        for name, (version, archive) in frozen_archives(shared_data).items()
        if version == "2.2"
    }
    for name, archive in flat.items():
        message = package_of(archive)
        assert submessages(message, INTERNED_EXPRS), name
        (listed,) = submessages(message, PACKAGE_IMPORTS)
        declared = {content.decode() for content in submessages(listed, IMPORTED)}
        assert declared <= read_archive(archive).imports
    assert any(len(read_archive(archive).imports) for archive in flat.values())


def test_packages_of_2_1_are_the_same_when_written_as_2_2(shared_data: Path) -> None:
    refused = set()
    for name, (version, archive) in frozen_archives(shared_data).items():
        if version != "2.1":
            continue
        package = read_archive(archive)
        stored = write_package(replace(package, lf_minor="2"))
        try:
            again = our_counts(read_archive(stored.archive))
        except FeatureNotSupported as error:
            refused.add(error.message)
            continue
        assert again == our_counts(package) == raw_counts(package_of(stored.archive)), name
        assert bool(again["values"]) <= bool(
            submessages(package_of(stored.archive), INTERNED_EXPRS)
        ), name
    assert refused <= {"Expr.unsafe_from_interface is not supported by Daml-LF 2.2"}
