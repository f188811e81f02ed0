"""The stable packages that we declare are the network's own, byte for byte."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from cantata.lf.archive import read_payload
from cantata.lf.archive.zip import ZipReader
from cantata.lf.stable import MODULE_IDS, STABLE_IDS, stable_packages
from tests.unit.lf.archive.samples import difference


def test_every_id_is_the_hash_of_the_declaration() -> None:
    packages = stable_packages()
    assert len(packages) == len(STABLE_IDS) == 27
    for module, package_id in MODULE_IDS.items():
        stored = packages[package_id]
        assert hashlib.sha256(stored.payload).hexdigest() == package_id
        assert list(stored.package.modules) == [module]
        assert stored.package.imports <= STABLE_IDS


def test_declarations_read_back() -> None:
    for stored in stable_packages().values():
        assert difference(read_payload(stored.payload).package, stored.package) == ""


def test_ids_are_the_published_ones(shared_data: Path) -> None:
    text = (shared_data / "lf" / "stable-packages.md").read_text()
    rows = re.findall(r"### (\S+)\n`([0-9a-f]{64})` · (\S+) (\S+)", text)
    assert {module: package_id for module, package_id, *_ in rows} == MODULE_IDS
    packages = stable_packages()
    for _, package_id, name, version in rows:
        package = packages[package_id].package
        assert (package.name, package.version) == (name, version)


def test_archives_are_those_of_real_dars(real_dars: tuple[Path, ...]) -> None:
    found = set()
    for path in real_dars:
        entries = ZipReader(path.read_bytes())
        for name in entries.names:
            package_id = name.removesuffix(".dalf")[-64:]
            if package_id in STABLE_IDS:
                assert stable_packages()[package_id].archive == entries.read(name)
                found.add(package_id)
    assert found
