"""Packages, upgrades and DARs: accepted and refused as by the real engine, by the same rule."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from cantata.lf.archive import ArchiveError, read_archive, read_dar
from cantata.lf.check import Stage, Violation, check_dar, check_package, check_upgrade
from cantata.lf.model import Package, Packages
from cantata.lf.stable import stable_packages
from tests.vectors.replay import Check

PLACE = "lf/packages"


def checks(data: Path) -> Iterator[Check]:
    """Give one check for each file of `lf/packages`."""
    kinds: dict[str, Callable[[dict[str, Any]], None]] = {
        "package": _check_package,
        "upgrade-pair": _check_upgrade,
        "dar": _check_dar,
    }
    for path in sorted((data / PLACE).glob("*.json")):
        yield Check(f"packages/{path.name}", partial(_run, path, kinds))


def _run(path: Path, kinds: dict[str, Callable[[dict[str, Any]], None]]) -> None:
    vector = json.loads(path.read_text(encoding="utf-8"))
    kind = vector.get("kind", "package")
    assert kind in kinds, f"no check for vectors of kind {kind}"
    kinds[kind](vector)


def _check_package(vector: dict[str, Any]) -> None:
    archive = b64decode(vector["dalf"])
    if vector.get("stage") == "decode":
        _check_unreadable(archive, vector["error"])
        return
    package = read_archive(archive)
    assert vector["packageId"] == package.id
    found = check_package(package, _known(vector))
    _compare(found, accepted=vector["valid"], error=vector.get("error"))


def _check_unreadable(archive: bytes, error: dict[str, str]) -> None:
    try:
        read_archive(archive)
    except ArchiveError:
        return
    message = f"ours reads it, the engine: {error}"
    raise AssertionError(message)


def _check_upgrade(vector: dict[str, Any]) -> None:
    old, new = (read_archive(b64decode(vector[side]["dalf"])) for side in ("old", "new"))
    found = check_upgrade(old, new, _known(vector))
    _compare(found, accepted=vector["accepted"], error=vector.get("error"))


def _check_dar(vector: dict[str, Any]) -> None:
    dar = read_dar(b64decode(vector["dar"]))
    assert dar.main.id == vector["mainPackageId"]
    found = check_dar(dar.main.package, [stored.package for stored in dar.dependencies])
    _compare(found, accepted=vector["valid"], error=vector.get("error"), of=_dar_class)


def _rule(violation: Violation) -> str:
    return violation.rule


def _dar_class(violation: Violation) -> str:
    """Give the engine's class of a DAR's error: that of a package's check has one for all."""
    return "Validation" if violation.stage is Stage.VALIDATION else violation.rule


def _compare(
    found: tuple[Violation, ...],
    *,
    accepted: bool,
    error: dict[str, str] | None,
    of: Callable[[Violation], str] = _rule,
) -> None:
    ours = "; ".join(map(str, found))
    if accepted:
        assert not found, f"the engine accepts, ours: {ours}"
        return
    assert error is not None
    assert found, f"ours accepts, the engine: {error}"
    assert of(found[0]) == error["class"], f"the engine: {error}, ours: {ours}"


def _known(vector: dict[str, Any]) -> Packages:
    """Give the packages that come with a vector, besides the stable ones."""
    given = [*vector.get("dependencyDalfs", ()), *vector.get("dependencies", ())]
    read = (read_archive(b64decode(each["dalf"])) for each in given if isinstance(each, dict))
    return Packages((*_stable(), *read))


@cache
def _stable() -> tuple[Package, ...]:
    return tuple(stored.package for stored in stable_packages().values())
