"""Real DARs: all of them decode, every id is the hash of its bytes, every definition translates."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from cantata.lf.archive import ArchiveError, StoredPackage, read_dar
from cantata.lf.model import Choice, Package, Packages, Ref
from cantata.lf.runtime.runtime import Runtime
from cantata.lf.runtime.translate import links
from cantata.lf.runtime.translate.links import Link
from cantata.lf.runtime.translate.stored import Stored, compile_unit
from tests.ledger.amulet.world import read_dars

FUNCTIONS = (links.CALL, links.CONSTANT, links.RUN)


@pytest.fixture(scope="module")
def packages(real_dars: tuple[Path, ...]) -> dict[str, StoredPackage]:
    """All packages of all DARs that are here."""
    read = read_dars(real_dars).values()
    return {stored.id: stored for dar in read for stored in dar.packages.values()}


def test_package_ids_are_hashes_of_payloads(packages: dict[str, StoredPackage]) -> None:
    assert packages
    for package_id, stored in packages.items():
        assert sha256(stored.payload).hexdigest() == package_id == stored.package.id


def test_dars_hold_all_packages_that_they_need(packages: dict[str, StoredPackage]) -> None:
    for stored in packages.values():
        assert stored.package.imports <= packages.keys(), stored.package.name


def test_a_changed_byte_is_noticed(real_dars: tuple[Path, ...]) -> None:
    data = min((path.read_bytes() for path in real_dars), key=len)
    for place in range(0, len(data), len(data) // 6):
        changed = bytearray(data)
        changed[place] ^= 1
        try:
            dar = read_dar(bytes(changed))
        except ArchiveError:
            continue
        for stored in dar.packages.values():
            assert sha256(stored.payload).hexdigest() == stored.id


@pytest.mark.slow
def test_every_definition_translates(packages: dict[str, StoredPackage]) -> None:
    runtime = Runtime(Packages(stored.package for stored in packages.values()))
    compiled = compile_everything(runtime, packages)
    values = sum(
        len(module.values)
        for stored in packages.values()
        for module in stored.package.modules.values()
    )
    called = {links.link_ref(link) for link in compiled if link[0] in (links.CALL, links.CONSTANT)}
    print(f"\n{values} values of {len(packages)} packages, {len(compiled)} units translated")
    assert len(called) == values > 0


def compile_everything(runtime: Runtime, packages: dict[str, StoredPackage]) -> dict[Link, Stored]:
    """Translate and compile all definitions, and all forms of them that these refer to."""
    linker = runtime._linker
    compiled: dict[Link, Stored] = {}
    pending = [link for stored in packages.values() for link in _links(runtime, stored.package)]
    while pending:
        link = pending.pop()
        if link not in compiled:
            compiled[link] = stored_unit = compile_unit(linker._translate(link))
            pending.extend(other for other in stored_unit[1].values() if other[0] in FUNCTIONS)
    return compiled


def _links(runtime: Runtime, package: Package) -> Iterator[Link]:
    shapes = runtime._linker.translator.shapes
    for module in package.modules.values():
        for name in module.values:
            ref = Ref(package.id, module.name, name)
            yield links.ref_link(links.CALL if shapes.shape(ref).arity else links.CONSTANT, ref)
        for name in module.exceptions:
            yield links.ref_link(links.MESSAGE, Ref(package.id, module.name, name))
        for name, template in module.templates.items():
            own = links.ref_link(links.PART, Ref(package.id, module.name, name))
            yield from ((*own, part) for part in ("precondition", "signatories", "observers"))
            yield from _choices(own, template.choices, "template")
            for instance in template.implements:
                interface = instance.interface
                path = (interface.package, interface.module, interface.name)
                yield (*own, "view", *path)
                for method, _ in instance.methods:
                    yield from ((*own, part, *path, method) for part in ("method", "method-run"))
        for name, definition in module.interfaces.items():
            own = links.ref_link(links.PART, Ref(package.id, module.name, name))
            yield from _choices(own, definition.choices, "interface")


def _choices(own: Link, choices: tuple[Choice, ...], side: str) -> Iterator[Link]:
    for choice in choices:
        for part in ("controllers", "observers", "run"):
            yield (*own, part, side, choice.name)
