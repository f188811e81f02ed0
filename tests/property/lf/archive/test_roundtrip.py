"""Whatever package is written is read back as the same package, and prints."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cantata.lf.archive import read_archive, write_package
from cantata.lf.archive.traverse import children
from cantata.lf.model import Expr, Package
from cantata.lf.text import show_definitions
from tests.property.lf.archive.strategies import expressions, packages
from tests.unit.lf.archive.samples import difference


@pytest.mark.parametrize("minor", ["1", "2", "3"])
@settings(max_examples=50)
@given(st.data())
def test_written_packages_read_back(minor: str, data: st.DataObject) -> None:
    package = data.draw(packages(minor))
    stored = write_package(package)
    read = read_archive(stored.archive)
    # References decide which imports a 2.1 package has; from 2.2 on it declares them.
    assert difference(replace(read, imports=package.imports), stored.package) == ""
    assert read.imports <= package.imports
    assert write_package(read).package.modules.keys() == package.modules.keys()


@settings(max_examples=25)
@given(packages("1"))
def test_every_package_prints(package: Package) -> None:
    (module,) = package.modules.values()
    for name in {*module.synonyms, *module.data_types, *module.values}:
        assert show_definitions(module, name)


@settings(max_examples=50)
@given(expressions("1"))
def test_children_are_expressions(expr: Expr) -> None:
    pending = [expr]
    while pending:
        for child in children(pending.pop()):
            assert isinstance(child, Expr)
            pending.append(child)
