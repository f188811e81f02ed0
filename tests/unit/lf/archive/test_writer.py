"""Packages are written reproducibly, and what is written reads back as the same package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from cantata.lf.archive import (
    StoredPackage,
    bind_package_id,
    read_archive,
    read_payload,
    read_stored,
    write_package,
)
from cantata.lf.archive.errors import FeatureNotSupported
from cantata.lf.archive.traverse import children, module_expressions
from cantata.lf.model import (
    SELF_PACKAGE,
    UNIT,
    Binding,
    DefValue,
    EAbs,
    ELet,
    ELocated,
    ENumeric,
    ESome,
    EUnit,
    EVar,
    Key,
    Location,
    Module,
    Package,
    Ref,
    TCon,
)
from tests.unit.lf.archive.samples import PING, difference, package, ping

PING_ID = "5321b0dc12ad3fba2beb50ecaf5db95307711b7d07359ef3005e644a06fc9b3d"
UNIT_FUNCTION = EAbs((("x", UNIT),), EVar("x"))


def _value(name: str, expr: object) -> DefValue:
    return DefValue(name=name, type=UNIT, expr=expr)  # type: ignore[arg-type]


def _package_of(*values: DefValue) -> Package:
    return package(Module(name="M", values={value.name: value for value in values}))


def test_id_of_ping_is_frozen() -> None:
    """The same package on any machine, in any release, is the same bytes."""
    first, second = write_package(ping()), write_package(ping())
    assert first.id == PING_ID
    assert first.archive == second.archive
    assert (len(first.payload), len(first.archive)) == (583, 652)


@pytest.mark.parametrize("minor", ["1", "2", "3"])
def test_ping_reads_back(minor: str) -> None:
    stored = write_package(ping(), lf_minor=minor)
    read = read_archive(stored.archive)
    assert difference(read, stored.package) == ""
    assert read.lf_minor == minor
    assert read.imports == ping().imports


def test_written_package_refers_to_itself_by_its_id() -> None:
    stored = write_package(ping())
    fields = stored.package.modules[PING].templates["Ping"].choices[1].arg_type
    assert fields == TCon(Ref(stored.id, PING, "Respond"))
    assert write_package(stored.package).payload == stored.payload


def test_binding_rewrites_own_references_only() -> None:
    bound = bind_package_id(ping(), "0" * 64)
    assert bound.id == "0" * 64
    choices = bound.modules[PING].templates["Ping"].choices
    assert choices[0].arg_type == ping().modules[PING].templates["Ping"].choices[0].arg_type
    assert choices[1].arg_type == TCon(Ref("0" * 64, PING, "Respond"))
    again = bind_package_id(bound, SELF_PACKAGE)
    assert difference(again, ping()) == ""


def test_locations_and_missing_names_do_not_reach_the_wire() -> None:
    place = Location("ping.py", 1, 2, 3, 4)
    bare = ELet((Binding("_", UNIT, EUnit()),), EUnit())
    located = ELocated(place, ELet((Binding(None, UNIT, ELocated(place, EUnit())),), EUnit()))
    plain = write_package(_package_of(_value("v", bare)))
    assert write_package(_package_of(_value("v", located))).payload == plain.payload


@pytest.mark.parametrize("text", ["5", "0.0", "-12.3400000000", "0.0000000000", "1E+3"])
def test_numeric_keeps_its_scale(text: str) -> None:
    value = Decimal(text).quantize(Decimal(1)) if "E" in text else Decimal(text)
    stored = write_package(_package_of(_value("v", ENumeric(value))))
    found = read_payload(stored.payload).package.modules["M"].values["v"].expr
    assert isinstance(found, ENumeric)
    assert str(found.value) == str(value)


def test_deep_expression_is_written_without_recursion() -> None:
    expr: object = EUnit()
    for _ in range(3_000):
        expr = ESome(UNIT, expr)  # type: ignore[arg-type]
    stored = write_package(_package_of(_value("v", expr)))
    assert len(stored.payload) > 3_000


def test_2_2_keeps_deep_expressions_flat() -> None:
    expr: object = EUnit()
    for _ in range(400):
        expr = ESome(UNIT, expr)  # type: ignore[arg-type]
    stored = write_package(_package_of(_value("v", expr)), lf_minor="2")
    assert difference(read_archive(stored.archive), stored.package) == ""


def test_parameters_split_for_2_2_are_read_as_one_function() -> None:
    expr = EAbs((("x", UNIT), ("y", UNIT), ("z", UNIT)), EVar("y"))
    stored = write_package(_package_of(_value("v", expr)), lf_minor="2")
    assert read_archive(stored.archive).modules["M"].values["v"].expr == expr


def test_shared_parts_are_written_once_from_2_2_on() -> None:
    shared = ESome(UNIT, UNIT_FUNCTION)
    many = _package_of(*(_value(f"v{number}", shared) for number in range(100)))
    few = _package_of(*(_value(f"v{number}", EUnit()) for number in range(100)))
    flat = [len(write_package(p, lf_minor="2").payload) for p in (many, few)]
    assert flat[0] - flat[1] < 200


@pytest.mark.slow
def test_real_packages_read_back(real_packages: Mapping[str, StoredPackage]) -> None:
    for stored in real_packages.values():
        written = write_package(stored.package)
        assert difference(read_payload(written.payload).package, written.package) == ""


@pytest.mark.slow
def test_real_packages_read_back_through_2_2(
    real_packages: Mapping[str, StoredPackage],
) -> None:
    """Once read in the form of 2.2 (functions of many parameters), a package keeps it."""
    for stored in real_packages.values():
        once = write_package(stored.package, lf_minor="2")
        if "EUnsafeFromInterface" in _forms(stored.package):
            with pytest.raises(FeatureNotSupported, match=r"Expr\.unsafe_from_interface"):
                read_payload(once.payload)
            continue
        again = write_package(read_payload(once.payload).package)
        assert difference(read_payload(again.payload).package, again.package) == ""


def _forms(package: Package) -> set[str]:
    """Give the names of all forms of expressions in a package."""
    pending = [expr for module in package.modules.values() for expr in module_expressions(module)]
    found = set()
    while pending:
        expr = pending.pop()
        found.add(type(expr).__name__)
        pending += children(expr)
    return found


def test_own_old_id_becomes_the_new_one() -> None:
    old = write_package(ping()).package
    renamed = write_package(replace(old, version="0.2.0"))
    assert read_stored(renamed.archive).package.imports == ping().imports
    assert old.id not in repr(renamed.package)


def _with_key() -> Package:
    bare = ping()
    template = bare.modules[PING].templates["Ping"]
    key = Key(type=UNIT, key=EUnit(), maintainers=UNIT_FUNCTION)
    module = replace(bare.modules[PING], templates={"Ping": replace(template, key=key)})
    return replace(bare, modules={PING: module})


def test_keys_come_with_2_3() -> None:
    stored = write_package(_with_key(), lf_minor="3")
    assert difference(read_archive(stored.archive), stored.package) == ""
    for minor in ("1", "2"):
        with pytest.raises(FeatureNotSupported, match="Contract keys is not supported"):
            read_archive(write_package(_with_key(), lf_minor=minor).archive)
