"""The interning tables of a package while it is decoded, and look-ups in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from cantata.lf.archive.errors import FeatureNotSupported, InvalidPackage
from cantata.lf.archive.limits import NAME_LENGTH, Limits
from cantata.lf.model import Expr, Kind, Type

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z$_][A-Za-z0-9$_]*", re.ASCII)
_PACKAGE_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PACKAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
_PACKAGE_VERSION = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*", re.ASCII)
_NUMERIC = re.compile(r"-?([1-9][0-9]*|0)\.([0-9]*)", re.ASCII)

_MAX_PRECISION = 38
_MAX_SCALE = 37


class Tables:
    """What indices mean. Tables grow while they are decoded, so entries see only earlier ones."""

    def __init__(
        self, package_id: str, minor: str, stable_ids: frozenset[str], limits: Limits
    ) -> None:
        self.package_id = package_id
        self.minor = minor
        self.flat = minor != "1"
        self.stable_ids = stable_ids
        self.limits = limits
        self.strings: Sequence[str] = ()
        self.dotted_names: list[str] = []
        self.kinds: list[Kind] = []
        self.types: list[Type] = []
        self.exprs: list[Expr] = []
        self.declared_imports: tuple[str, ...] | None = None
        self.references: set[str] = set()
        self._names: dict[int, str] = {}

    def text(self, index: int) -> str:
        """Give an interned string."""
        return self.at(self.strings, index, "internedString")

    def name(self, index: int) -> str:
        """Give an interned string that must be an identifier."""
        known = self._names.get(index)
        if known is None:
            known = self._names[index] = check_name(self.text(index))
        return known

    def dotted(self, index: int) -> str:
        """Give an interned dotted name."""
        return self.at(self.dotted_names, index, "dotted name")

    def at(self, table: Sequence[T], index: int, what: str) -> T:
        """Give a table's entry, or refuse the index."""
        if index < len(table):
            return table[index]
        raise InvalidPackage(f"invalid {what} table index {index}")

    def self_package(self) -> str:
        """Give the package's own id."""
        return self.package_id

    def package_by_string(self, index: int) -> str:
        """Give a package named by its id in the string table; from LF 2.2 on only stable ones."""
        package_id = check_package_id(self.text(index))
        if self.flat and package_id not in self.stable_ids:
            raise InvalidPackage(
                f"Got explicit non-stable package id ({package_id}) on lf version"
                f" (2.{self.minor}) that supports explicit package imports"
            )
        return package_id

    def package_by_import(self, index: int) -> str:
        """Give a package by its place among the declared imports (from LF 2.2 on)."""
        if self.declared_imports is None:
            raise InvalidPackage("a reference to a declared import, and no imports are declared")
        return self.at(self.declared_imports, index, "imported package")

    def refer(self, package_id: str) -> str:
        """Note that the package refers to a package."""
        self.references.add(package_id)
        return package_id

    def since(self, minor: str, feature: str) -> None:
        """Refuse a form that comes with a later language version."""
        if self.minor < minor:
            raise FeatureNotSupported(feature, self.minor)

    def only_one(self, items: Sequence[object], what: str) -> None:
        """From LF 2.2 on, refuse more than one element: applications are binary there."""
        if self.flat and len(items) != 1:
            raise InvalidPackage(
                "Illegal local flattening: since lf flattening is supported, expected a single"
                f" element for {what}, but found {len(items)}, version 2.{self.minor}"
            )

    def none_allowed(self, items: Sequence[object], what: str) -> None:
        """From LF 2.2 on, refuse arguments inside a type's head: applications are binary there."""
        if self.flat and items:
            raise InvalidPackage(
                "Illegal local flattening: Since lf flattening is supported, expected a null list"
                f" {what}, but found {len(items)}, version 2.{self.minor}"
            )


def check_name(name: str) -> str:
    """Give an identifier back, or refuse it."""
    if not name:
        raise InvalidPackage("Daml-LF Name is empty")
    if len(name) > NAME_LENGTH:
        raise InvalidPackage(f"Name is too long (max: {NAME_LENGTH})")
    if _NAME.fullmatch(name) is None:
        raise InvalidPackage(_bad_character(name))
    return name


def _bad_character(name: str) -> str:
    """Say which character of a name is wrong, in the engine's words."""
    place = next(at for at in range(1, len(name) + 1) if _NAME.fullmatch(name[:at]) is None) - 1
    where = "non first" if place else "first"
    return f"non expected {where} character {ord(name[place]):#04x} in Daml-LF Name {_quoted(name)}"


def _quoted(name: str) -> str:
    return '"' + name.encode("ascii", "backslashreplace").decode() + '"'


def check_dotted_name(segments: Sequence[str]) -> str:
    """Join the segments of a dotted name, or refuse it."""
    dotted = ".".join(segments)
    if len(dotted) > NAME_LENGTH:
        raise InvalidPackage(f"DottedName is too long (max: {NAME_LENGTH})")
    return dotted


def check_package_id(package_id: str) -> str:
    """Give a package id back, or refuse it."""
    if _PACKAGE_ID.fullmatch(package_id) is None:
        raise InvalidPackage(f"{package_id[:80]!a} is no package id: 64 lower-case hex digits are")
    return package_id


def check_package_name(name: str) -> str:
    """Give a package name back, or refuse it."""
    if _PACKAGE_NAME.fullmatch(name) is None:
        raise InvalidPackage(
            f"Invalid package name: {name[:300]!a}. Package names are 1 to 255 letters, digits,"
            " minus signs and underscores."
        )
    return name


def check_package_version(version: str) -> str:
    """Give a package version back, or refuse it."""
    if len(version) > 255 or _PACKAGE_VERSION.fullmatch(version) is None:
        raise InvalidPackage(
            f"Invalid package version string: `{version[:300]}`. Package versions are non-empty"
            " strings consisting of segments of digits (without leading zeros) separated by dots."
        )
    for segment in version.split("."):
        if int(segment) > 2**31 - 1:
            raise InvalidPackage(f"Failed parsing {segment} as an integer")
    return version


def check_numeric(text: str) -> Decimal:
    """Read a Numeric literal; the number of decimals is its scale."""
    match = _NUMERIC.fullmatch(text[: 2 * _MAX_PRECISION])
    if match is None:
        raise InvalidPackage(f"Cannot parse {text[:80]!a} as Numeric")
    whole, decimals = match.groups()
    digits = len(decimals) + (0 if whole == "0" else len(whole))
    if digits > _MAX_PRECISION or len(decimals) > _MAX_SCALE:
        raise InvalidPackage(f"Cannot parse {text!a} as Numeric: too many digits")
    value = Decimal(text)
    return value or value.copy_abs()
