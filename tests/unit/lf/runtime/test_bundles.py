"""Packages that are made at each start come from disk the second time, or are made anew."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from cantata.contracts.declared import declared_packages
from cantata.lf.archive import StoredPackage
from cantata.lf.model import Package
from cantata.lf.runtime.cache import folder as folders
from cantata.lf.runtime.cache.bundles import Bundles
from cantata.lf.runtime.cache.folder import CacheFolder
from cantata.lf.runtime.cache.versions import stamp
from cantata.lf.stable import stable_packages
from cantata.sandbox.place import VARIABLE, user_folder

SOURCES = ("cantata.kernel",)


def stable() -> Sequence[StoredPackage]:
    return tuple(stable_packages().values())


def never() -> Sequence[StoredPackage]:
    raise AssertionError("it was to come from the folder")


def assert_same(found: Package, expected: Package) -> None:
    assert (found.id, found.name, found.version) == (expected.id, expected.name, expected.version)
    assert (found.imports, found.lf_minor) == (expected.imports, expected.lf_minor)
    assert list(found.modules) == list(expected.modules)
    for name, module in expected.modules.items():
        twin = found.modules[name]
        for kind in ("synonyms", "data_types", "values", "templates", "exceptions", "interfaces"):
            assert dict(getattr(twin, kind).items()) == getattr(module, kind)


def test_stable_packages_come_back_as_they_were(tmp_path: Path) -> None:
    made = Bundles(tmp_path).stored("stable", SOURCES, stable)
    found = Bundles(tmp_path).stored("stable", SOURCES, never)
    assert [each.id for each in found] == [each.id for each in made]
    for twin, expected in zip(found, made, strict=True):
        assert (twin.archive, twin.payload) == (expected.archive, expected.payload)
        assert_same(twin.package, expected.package)


def test_declared_packages_come_back_as_they_were(tmp_path: Path) -> None:
    made = Bundles(tmp_path).packages("network", SOURCES, declared_packages().values)
    found = Bundles(tmp_path).packages("network", SOURCES, list)
    assert len(found) == len(made) == len(declared_packages())
    for twin, expected in zip(found, made, strict=True):
        assert_same(twin, expected)


@pytest.mark.parametrize("at", [0, 40, -1])
def test_what_is_damaged_is_made_anew(tmp_path: Path, at: int) -> None:
    Bundles(tmp_path).stored("stable", SOURCES, stable)
    (file,) = tmp_path.iterdir()
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)
    assert Bundles(tmp_path).stored("stable", SOURCES, stable) == stable()
    assert len(Bundles(tmp_path).stored("stable", SOURCES, never)) == len(stable())


def test_other_sources_or_another_name_make_it_unknown(tmp_path: Path) -> None:
    Bundles(tmp_path).stored("stable", SOURCES, stable)
    assert Bundles(tmp_path).stored("stable", ("cantata.lf.text",), tuple) == ()
    assert Bundles(tmp_path).stored("other", SOURCES, tuple) == ()


def test_the_stamp_follows_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "stamped"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    inner = package / "inner" / "part.py"
    seen = set()
    monkeypatch.syspath_prepend(str(tmp_path))
    for text in ("x = 1", "x = 2"):
        inner.write_text(text)
        stamp.cache_clear()
        seen.add(stamp(("stamped",)))
    inner.rename(package / "inner" / "other.py")
    stamp.cache_clear()
    seen.add(stamp(("stamped",)))
    stamp.cache_clear()
    assert len(seen) == 3


def test_without_a_folder_it_is_made_each_time() -> None:
    assert Bundles(None).stored("stable", SOURCES, stable) == stable()


def test_writers_at_once_leave_a_whole_file(tmp_path: Path) -> None:
    contents = [bytes([number]) * 200_000 for number in range(8)]
    writers = [
        threading.Thread(target=lambda content=content: CacheFolder(tmp_path).write("it", content))
        for content in contents
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert CacheFolder(tmp_path).read("it") in contents
    assert [file.name for file in tmp_path.iterdir()] == ["it"]


def test_a_folder_that_others_can_write_to_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert user_folder() == tmp_path
    tmp_path.chmod(0o777)
    assert user_folder() is None


def test_a_folder_stays_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "FILES_MAX", 10)
    for number in range(50):
        CacheFolder(tmp_path).write(f"file{number}", b"")
        assert len(list(tmp_path.iterdir())) <= 10
        assert CacheFolder(tmp_path).read(f"file{number}") == b""


def test_the_folder_can_be_chosen_and_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/chosen")
    assert user_folder() == Path("/chosen")
    monkeypatch.setenv(VARIABLE, "")
    assert user_folder() is None
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert user_folder() == Path("/caches/cantata")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/someone")
    assert user_folder() == Path("/someone/.cache/cantata")
