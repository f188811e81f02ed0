"""Code generated for real DARs and for every valid package of the engine's vectors."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cantata.lf.archive import read_archive, read_dar
from cantata.lf.codec import loads
from cantata.lf.model import Package, Packages, UnknownDefinition
from tests.unit.lf.codegen.generated import (
    format_check,
    import_all,
    imported_from,
    type_check,
    write,
    write_dar,
)


@pytest.fixture(scope="module")
def real(real_dars: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    out = tmp_path_factory.mktemp("real")
    for dar in real_dars:
        write_dar(out, dar)
    with imported_from(out):
        yield out


def test_code_for_real_dars_is_typed_formatted_and_importable(real: Path, tmp_path: Path) -> None:
    assert not type_check(real, tmp_path)
    assert not format_check(real)
    assert import_all(real)


def test_recorded_amulet_events_come_back_unchanged(real: Path, shared_data: Path) -> None:
    classes = _classes(real)
    seen, wrong = 0, []
    for path in sorted((shared_data / "amulet" / "state").glob("*-*.json")):
        for place, codec, data in _values(classes, loads(path.read_bytes())):
            seen += 1
            if codec.to_json(codec.from_json(data)) != data:
                wrong.append(f"{path.name} {place}")
    print(f"{seen - len(wrong)} of {seen} contracts, views, arguments and results are unchanged")
    assert seen > 1_000
    assert not wrong


def test_the_files_of_a_package_do_not_depend_on_who_asks(
    real: Path, real_dars: tuple[Path, ...], tmp_path: Path
) -> None:
    for dar in real_dars:
        write_dar(tmp_path, dar)
        for file in tmp_path.rglob("*.py"):
            assert file.read_text() == (real / file.relative_to(tmp_path)).read_text()


def test_code_for_the_vectors_is_typed_and_formatted(shared_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "vectors"
    done, lacking = 0, 0
    at_hand = _packages_at_hand()
    for vector in _vectors(shared_data / "lf"):
        name = f"v{done}"
        try:
            _write_vector(out / name, f"vectors.{name}", [*vector, *at_hand])
        except UnknownDefinition:
            lacking += 1
        else:
            done += 1
    print(f"{done} packages generated, {lacking} refer to stable packages that are not at hand")
    assert done > 20
    (out / "__init__.py").write_text('"""Generated."""\n', encoding="utf-8")
    cache = tmp_path / "cache"
    cache.mkdir()
    assert not type_check(out, cache)
    assert not format_check(out)
    with imported_from(tmp_path):
        import_all(tmp_path)


def _packages_at_hand() -> list[Package]:
    """Give the packages of the real DARs, if there are any: the stable ones are among them."""
    folder = os.environ.get("CANTATA_DARS")
    dars = [read_dar(path.read_bytes()) for path in Path(folder).rglob("*.dar")] if folder else []
    return [stored.package for dar in dars for stored in dar.packages.values()]


def _vectors(folder: Path) -> Iterator[list[Package]]:
    """Give each valid package of the vectors with those that it needs, itself first."""
    ledger = [
        read_archive(base64.b64decode(json.loads(path.read_text(encoding="utf-8"))["dalf"]))
        for path in sorted((folder / "ledger-packages").glob("*.json"))
    ]
    for package in ledger:
        yield [package, *ledger]
    for path in sorted((folder / "packages").glob("*.json")):
        vector = json.loads(path.read_text(encoding="utf-8"))
        if vector.get("valid") and "dalf" in vector:
            dalfs = [vector["dalf"], *(d["dalf"] for d in vector.get("dependencyDalfs", ()))]
            yield [read_archive(base64.b64decode(dalf)) for dalf in dalfs]


def _write_vector(folder: Path, prefix: str, packages: list[Package]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, Packages(packages), packages[0], prefix=prefix)
    (folder / "__init__.py").write_text('"""Generated."""\n', encoding="utf-8")


def _values(classes: dict[str, Any], body: Any) -> Iterator[tuple[str, Any, Any]]:
    """Give place, codec and data of each value in recorded events."""
    pending = [body]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(node)
        elif isinstance(node, dict):
            pending.extend(node.values())
            yield from _event_values(classes, node)


def _event_values(classes: dict[str, Any], event: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    target = event.get("interfaceId") or event.get("templateId") or ""
    owner = classes.get(target)
    if owner is None:
        return
    if "createArgument" in event:
        yield target, owner.codec(), event["createArgument"]
    if event.get("viewValue"):
        yield target, owner._view(), event["viewValue"]
    if "exerciseResult" in event:
        choice = classes[f"{target} {event['choice']}"]
        argument = choice._argument() if hasattr(choice, "_argument") else choice.codec()
        yield f"{choice.__name__} argument", argument, event["choiceArgument"]
        yield f"{choice.__name__} result", choice._result(), event["exerciseResult"]


def _classes(folder: Path) -> dict[str, Any]:
    """Find templates, interfaces and choices by their ids with the package id."""
    found: dict[str, Any] = {}
    for module in import_all(folder):
        local = [value for value in vars(module).values() if isinstance(value, type)]
        ids = {}
        for value in local:
            for name in ("TEMPLATE_ID", "INTERFACE_ID"):
                if name in vars(value):
                    _, rest = vars(value)[name].split(":", 1)
                    ids[vars(value)[name]] = f"{vars(value)['PACKAGE_ID']}:{rest}"
                    found[f"{vars(value)['PACKAGE_ID']}:{rest}"] = value
        for value in local:
            if "CHOICE" in vars(value):
                found[f"{ids[vars(value)['TARGET_ID']]} {vars(value)['CHOICE']}"] = value
    return found
