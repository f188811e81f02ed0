"""Caches on disk change nothing but the time (R27), and code sees nothing but its table (R28)."""

from __future__ import annotations

import builtins
from dataclasses import replace
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from cantata.lf.archive import StoredPackage, read_dar, read_stored, reader, write_package
from cantata.lf.model import INT64, TEXT, EApp, EText, EVal, Package, Packages, Ref, arrow
from cantata.lf.runtime.cache.flat import Reader, Writer
from cantata.lf.runtime.cache.packages import PackageCache
from cantata.lf.runtime.linker import Linker
from cantata.lf.runtime.runtime import Runtime
from cantata.lf.runtime.translate.links import CALL, ref_link
from cantata.lf.stable import stable_packages
from tests.unit.lf.runtime.build import (
    Values,
    add,
    equal,
    i,
    if_,
    lam,
    package,
    ref,
    runtime,
    sub,
    val,
    var,
)

VALUES = {
    "f": (arrow(INT64, INT64), lam(add(var("x"), val("c")), "x")),
    "c": (INT64, add(i(20), i(1))),
    "m": (INT64, val("f", val("f", i(0)))),
}


def test_cached_code_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = runtime(package(VALUES), cache=tmp_path)
    assert first.evaluate(ref("m")) == 42
    first.save()
    assert list(tmp_path.glob("*.code"))

    def refuse(self: Linker, link: object) -> Any:
        raise AssertionError(f"translated again: {link}")

    monkeypatch.setattr(Linker, "_translate", refuse)
    assert runtime(package(VALUES), cache=tmp_path).evaluate(ref("m")) == 42


def test_damaged_files_are_as_good_as_none(tmp_path: Path) -> None:
    first = runtime(package(VALUES), cache=tmp_path)
    first.evaluate(ref("m"))
    first.save()
    for file in tmp_path.iterdir():
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 0xFF
        file.write_bytes(data)
    assert runtime(package(VALUES), cache=tmp_path).evaluate(ref("m")) == 42
    for file in tmp_path.iterdir():
        file.write_bytes(b"")
    assert runtime(package(VALUES), cache=tmp_path).evaluate(ref("m")) == 42


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    run = runtime(package(VALUES), cache=file)
    assert run.evaluate(ref("m")) == 42
    run.save()


def test_a_declaration_and_the_package_itself_do_not_share_code(tmp_path: Path) -> None:
    declared = runtime(package({"m": (INT64, i(1))}), cache=tmp_path)
    assert declared.evaluate(ref("m")) == 1
    declared.save()
    assert runtime(package(VALUES), cache=tmp_path).evaluate(ref("m")) == 42


def test_stable_packages_come_back_from_the_cache(tmp_path: Path) -> None:
    cache = PackageCache(tmp_path)
    for stored in stable_packages().values():
        cache.add(stored)
    again = PackageCache(tmp_path)
    for package_id, stored in stable_packages().items():
        found = read_stored(stored.archive, known=again)
        assert found is again[package_id]
        assert (found.payload, found.archive) == (stored.payload, stored.archive)
        assert found.package.imports == stored.package.imports
        for name, module in stored.package.modules.items():
            twin = found.package.modules[name]
            assert dict(twin.data_types.items()) == module.data_types
            assert dict(twin.values.items()) == module.values
            assert write_package(stored.package).id == package_id


def test_packages_that_are_not_there_are_unknown(tmp_path: Path) -> None:
    cache = PackageCache(tmp_path / "none")
    assert "ab" * 32 not in cache


def test_flat_form_reads_back_as_it_was() -> None:
    definition = package(VALUES).modules["M"].values["f"]
    writer = Writer()
    code = writer.write(definition)
    assert Reader(list(writer.texts), writer.pool).read(code) == definition


# what code can reach

HOSTILE = "'''\"\"\"\\\n{0}__import__('os').system('true')\u2028\udc00"


def test_code_sees_nothing_but_its_table() -> None:
    down = if_(equal(var("n"), i(0)), i(0), val("g", sub(var("n"), i(1))))
    values = {
        **VALUES,
        HOSTILE: (TEXT, EText(HOSTILE)),
        "g": (arrow(INT64, INT64), lam(down, "n")),
        "n": (INT64, val("g", i(3))),
    }
    run = runtime(package(values))
    assert run.evaluate(Ref("ab" * 32, "M", HOSTILE)) == HOSTILE
    assert run.evaluate(ref("n")) == 0
    assert run.evaluate(ref("m")) == 42
    table = run._table
    assert table["__builtins__"] == {}
    functions = [
        item
        for item in table.values()
        if isinstance(item, FunctionType) and item.__globals__ is table
    ]
    assert functions
    for function in functions:
        for name in _names(function.__code__):
            assert name in table or name in {"payload", "template", "methods", "arity"}
            assert not hasattr(builtins, name) or table[name] is len
        assert HOSTILE not in function.__code__.co_filename


def _names(code: CodeType) -> set[str]:
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    return set(code.co_names).union(*(_names(part) for part in inner))


# declarations

OTHER = "cd" * 32


def _referring(
    tmp_path: Path | None, real: Package, *, declared_first: bool
) -> tuple[Runtime, Package]:
    """Give a runtime of a package that calls a function of another, declared or real."""
    call = EApp(EVal(ref("f", OTHER)), (i(1),))
    values: Values = {"m": (INT64, call)}
    using = replace(package(values), imports=frozenset({OTHER}))
    declared = package({"f": (arrow(INT64, INT64), lam(i(7), "n"))}, package_id=OTHER)
    run = runtime(using, declared if declared_first else real, cache=tmp_path)
    return run, declared


def _real() -> Package:
    body = lam(add(var("n"), EVal(ref("g", OTHER))), "n")
    values: Values = {"f": (arrow(INT64, INT64), body), "g": (INT64, i(41))}
    return package(values, package_id=OTHER)


@pytest.mark.parametrize("cached", [False, True])
def test_code_of_a_declaration_goes_when_the_real_package_comes(
    tmp_path: Path, cached: bool
) -> None:
    folder = tmp_path if cached else None
    real = _real()
    run, declared = _referring(folder, real, declared_first=True)
    assert run.evaluate(ref("m")) == 7
    run.save()
    run.packages.add(real)
    assert run.evaluate(ref("m")) == 42
    run.save()
    for declared_first, expected in ((True, 7), (False, 42)):
        again, _ = _referring(folder, real, declared_first=declared_first)
        assert again.evaluate(ref("m")) == expected
    run.packages.clear()
    stable = [stored.package for stored in stable_packages().values()]
    for each in (*stable, package({"m": (INT64, i(0))}), declared):
        run.packages.add(each)
    assert run.evaluate(ref("m")) == 0


def test_the_same_package_again_changes_nothing() -> None:
    run, _ = _referring(None, _real(), declared_first=False)
    assert run.evaluate(ref("m")) == 42
    table = run._table
    run.packages.add(_real())
    assert run.evaluate(ref("m")) == 42
    assert run._table is table


# real packages


def test_a_second_start_of_a_real_dar_neither_decodes_nor_translates(
    real_dars: tuple[Path, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = next(dar for dar in real_dars if "amulet-0" in dar.name).read_bytes()
    read = read_dar(data).packages
    run = Runtime(Packages(stored.package for stored in read.values()), cache=tmp_path)
    used = _use_all(run)
    for stored in read.values():
        PackageCache(tmp_path).add(stored)
    run.save()

    def refuse(*_: object) -> Any:
        raise AssertionError("nothing is left to do")

    monkeypatch.setattr(Linker, "_translate", refuse)
    monkeypatch.setattr(reader, "_decode", refuse)
    again = read_dar(data, known=PackageCache(tmp_path)).packages
    packages = Packages(stored.package for stored in again.values())
    assert _use_all(Runtime(packages, cache=tmp_path)) == used > 0


def test_all_values_of_real_dars_translate(real_dars: tuple[Path, ...]) -> None:
    known: dict[str, StoredPackage] = {}
    for dar in real_dars:
        known.update(read_dar(dar.read_bytes(), known=known).packages)
    packages = Packages(stored.package for stored in known.values())
    linker = Runtime(packages)._linker
    for package_id, each in packages.items():
        for module in each.modules.values():
            for name in module.values:
                value = Ref(package_id, module.name, name)
                assert linker._translate(ref_link(CALL, value)).source


def _use_all(run: Runtime) -> int:
    count = 0
    for stored in run.packages.values():
        for module in stored.modules.values():
            for name in module.templates:
                template = run.template(Ref(stored.id, module.name, name))
                template.link()
                count += len(template.choices)
    return count
