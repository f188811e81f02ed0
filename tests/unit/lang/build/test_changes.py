"""New versions: what changed in words, and whether the upgrade rules allow it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cantata.lang.build import PackageDiff, compare_packages, compile_package

BASE = '''
"""Version {version}."""

from __future__ import annotations

from cantata.lang import Constructor, Enum, Party, Record, Template, Text, choice, package

PACKAGE = package("lineage", "{version}", module="Lineage")


class Color(Enum):
    RED = "Red"
    GREEN = "Green"


class Left(Constructor):
    pass


class Right(Constructor):
    by: int


Turn = Left | Right


class Data(Record):
    a: int
    b: Text


class Asset(Template):
    owner: Party
    data: Data
    color: Color
    turn: Turn

    def signatories(self) -> list[Party]:
        return [self.owner]

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def show(self, times: int) -> Text:
        return self.data.b
'''

THIRD_TURN = """class Back(Constructor):
    pass


Turn = Left | Right | Back"""

DROP = """        return self.data.b

    @choice(controllers=lambda self: [self.owner])
    def drop(self) -> None:
        pass
"""

ALLOWED = {
    "optional field": ("    b: Text\n", "    b: Text\n    c: int | None\n"),
    "constructor": ("Turn = Left | Right", THIRD_TURN),
    "enum constructor": ('    GREEN = "Green"\n', '    GREEN = "Green"\n    BLUE = "Blue"\n'),
    "choice": ("        return self.data.b\n", DROP),
    "choice parameter": ("self, times: int", "self, times: int, more: int | None"),
}
REFUSED = {
    "field removed": ("    a: int\n", ""),
    "field of another type": ("    a: int\n", "    a: Text\n"),
    "fields in another order": ("    a: int\n    b: Text\n", "    b: Text\n    a: int\n"),
    "field that must be there": ("    b: Text\n", "    b: Text\n    c: int\n"),
    "enum constructor removed": ('    GREEN = "Green"\n', ""),
    "enum constructor in front": ('    RED = "Red"\n', '    BLUE = "Blue"\n    RED = "Red"\n'),
    "choice renamed": ("def show", "def display"),
    "result of another type": ("Text:\n        return self.data.b", "int:\n        return times"),
    "constructor of another type": ("    by: int\n", "    by: Text\n"),
}
WORDS = {
    "optional field": "Lineage:Data: field c added",
    "constructor": "Lineage:Turn: constructor Back added",
    "enum constructor": "Lineage:Color: constructor Blue added",
    "choice": "Lineage:Asset: choice Drop added",
    "field removed": "Lineage:Data: field a removed",
    "field of another type": "Lineage:Data: field a changed from INT64 to TEXT",
    "fields in another order": "Lineage:Data: the order of the fields changed",
    "choice renamed": "Lineage:Asset: choice Show removed",
    "result of another type": "Lineage:Asset: result of Show changed from TEXT to INT64",
}


def compare(folder: Path, old: str, new: str) -> PackageDiff:
    sets = []
    for name, source in (("one.py", old), ("two.py", new)):
        path = folder / name
        path.write_text(source)
        compiled = compile_package([path])
        sets.append([compiled.package, *compiled.dependencies.values()])
    return compare_packages(*sets)


def changed(edit: tuple[str, str]) -> str:
    old, new = edit
    source = BASE.replace("{version}", "1.0.1")
    assert source.count(old) == 1, old
    return source.replace(old, new)


@pytest.mark.parametrize("name", ALLOWED)
def test_what_may_be_added(tmp_path: Path, name: str) -> None:
    diff = compare(tmp_path, BASE.replace("{version}", "1.0.0"), changed(ALLOWED[name]))
    assert diff.violations == ()
    assert diff.changes
    if name in WORDS:
        assert WORDS[name] in map(str, diff.changes)


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_not_change(tmp_path: Path, name: str) -> None:
    diff = compare(tmp_path, BASE.replace("{version}", "1.0.0"), changed(REFUSED[name]))
    assert diff.violations
    if name in WORDS:
        assert WORDS[name] in map(str, diff.changes)


def test_nothing_changed_but_the_version(tmp_path: Path) -> None:
    old, new = (BASE.replace("{version}", version) for version in ("1.0.0", "1.0.1"))
    diff = compare(tmp_path, old, new)
    assert diff.changes == ()
    assert diff.violations == ()


def test_a_lower_version_is_refused(tmp_path: Path) -> None:
    old, new = (BASE.replace("{version}", version) for version in ("1.0.1", "1.0.0"))
    assert [each.rule for each in compare(tmp_path, old, new).violations] == ["UpgradeVersion"]
