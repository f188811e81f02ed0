"""The names of things on the network, each kind a type of its own with Canton's grammar.

Each type is a `str` that was checked when it was made: `PartyId("alice::1220…")` is a party id or
raises MalformedId. Comparing, hashing and printing are those of the text.
"""

from __future__ import annotations

import re
from typing import ClassVar, Self, final

from cantata.kernel.errors import CantataError

_SHOWN_MAX = 80
_FINGERPRINT = r"1220[0-9a-f]{64}"
_HEX = r"(?:[0-9a-f]{2})"
_USUAL_CONTRACT_ID = r"00[0-9a-f]{136}"
"""What nearly all contract ids look like; the whole grammar takes seven times as long."""

_NAME = r"[A-Za-z$_][A-Za-z0-9$_]*"
_PACKAGE_ID = r"[0-9a-f]{64}"
_PACKAGE_NAME = r"[A-Za-z0-9_-]{1,255}"
_NUMBER = r"(?:0|[1-9][0-9]{0,9})"
_SEGMENT_MAX = 2**31 - 1


class MalformedId(CantataError):
    """A text does not have the form of the kind of id that is wanted.

    Fields: `kind`, such as "party id", and `text`, shortened.
    """

    code = "INVALID_FIELD"

    def __init__(self, kind: str, text: object, form: str) -> None:
        self.kind = kind
        self.text = str(text)[:_SHOWN_MAX]
        super().__init__(f"{self.text!r} is no {kind}", hint=f"its form is {form}")


class Id(str):
    """The root of all ids: a text that matches the grammar of its kind.

    A kind names itself, tells its form in words, and gives its grammar as a regular expression.
    """

    __slots__ = ()
    kind: ClassVar[str]
    form: ClassVar[str]
    pattern: ClassVar[re.Pattern[str]]
    length_max: ClassVar[int] = 255

    def __init_subclass__(cls, *, kind: str = "", form: str = "", pattern: str = "") -> None:
        super().__init_subclass__()
        cls.kind = kind or cls.kind
        cls.form = form or cls.form
        if pattern:
            cls.pattern = re.compile(pattern)

    def __new__(cls, text: str) -> Self:
        """Check the text; MalformedId if it is none of this kind."""
        fits = isinstance(text, str) and 0 < len(text) <= cls.length_max
        if not (fits and cls.pattern.fullmatch(text) and cls._is_sound(text)):
            raise MalformedId(cls.kind, text, cls.form)
        return super().__new__(cls, text)

    @classmethod
    def _is_sound(cls, text: str, /) -> bool:
        """Check what the pattern cannot say."""
        return bool(text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({super().__repr__()})"


@final
class Fingerprint(
    Id, kind="key fingerprint", form="1220 and 64 lower-case hex digits", pattern=_FINGERPRINT
):
    """The fingerprint of a key: `1220` and a SHA-256 in hex."""

    __slots__ = ()


@final
class PartyId(
    Id,
    kind="party id",
    form="name::1220… (a name of at most 185 letters, digits, '-', '_', ' ', ':', no '::')",
    pattern=rf"[A-Za-z0-9:\-_ ]{{1,185}}::{_FINGERPRINT}",
):
    """A party: a name and the fingerprint of its namespace's key, `alice::1220…`."""

    __slots__ = ()

    @classmethod
    def of(cls, name: str, fingerprint: Fingerprint) -> PartyId:
        """Join a name and a fingerprint."""
        return cls(f"{name}::{fingerprint}")

    @classmethod
    def _is_sound(cls, text: str, /) -> bool:
        name = text[: -len("::1220") - 64]
        return "::" not in name and not name.endswith(":")

    @property
    def name(self) -> str:
        """The part before `::`, chosen by who made the party."""
        return self.partition("::")[0]

    @property
    def fingerprint(self) -> Fingerprint:
        """The part after `::`, the fingerprint of the namespace's key."""
        return Fingerprint(self.partition("::")[2])


@final
class ContractId(
    Id,
    kind="contract id",
    form="lower-case hex that begins with 00 and 32 bytes, or with 01 and 12 bytes",
    pattern=rf"{_USUAL_CONTRACT_ID}|00[0-9a-f]{{64}}{_HEX}{{0,94}}|01[0-9a-f]{{24}}{_HEX}{{0,33}}",
):
    """A contract: hex of version 1 (`00`, 32 bytes, suffix) or 2 (`01`, 12 bytes, suffix)."""

    __slots__ = ()


@final
class UpdateId(
    Id, kind="update id", form="1220 and 64 lower-case hex digits", pattern=_FINGERPRINT
):
    """An update of the ledger: `1220` and a SHA-256 in hex."""

    __slots__ = ()


@final
class PackageId(Id, kind="package id", form="64 lower-case hex digits", pattern=_PACKAGE_ID):
    """A package: the SHA-256 of its bytes in hex."""

    __slots__ = ()


@final
class PackageName(
    Id, kind="package name", form="1 to 255 letters, digits, '-' and '_'", pattern=_PACKAGE_NAME
):
    """The name that all versions of a package share."""

    __slots__ = ()


@final
class PackageVersion(
    Id,
    kind="package version",
    form="numbers below 2147483648 without leading zeros, joined by dots, such as 1.2.0",
    pattern=rf"{_NUMBER}(?:\.{_NUMBER})*",
):
    """The version of a package, ordered by its numbers: 1.9.0 comes before 1.10.0."""

    __slots__ = ()

    @classmethod
    def _is_sound(cls, text: str, /) -> bool:
        return all(int(number) <= _SEGMENT_MAX for number in text.split("."))

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers between the dots."""
        return tuple(map(int, self.split(".")))

    def __lt__(self, other: str) -> bool:
        return self.numbers < PackageVersion(other).numbers

    def __le__(self, other: str) -> bool:
        return self.numbers <= PackageVersion(other).numbers

    def __gt__(self, other: str) -> bool:
        return self.numbers > PackageVersion(other).numbers

    def __ge__(self, other: str) -> bool:
        return self.numbers >= PackageVersion(other).numbers


class TemplateRef(
    Id,
    kind="template reference",
    form="#package-name:Module.Name:Entity or package-id:Module.Name:Entity",
    pattern=rf"(?:\#{_PACKAGE_NAME}|{_PACKAGE_ID}):{_NAME}(?:\.{_NAME})*:{_NAME}(?:\.{_NAME})*",
):
    """A template or interface: `#package-name:Module:Entity` or `package-id:Module:Entity`.

    The form with a package name means the version of that package which the ledger chooses.
    """

    __slots__ = ()
    length_max = 2_300

    @classmethod
    def of(cls, package: PackageName | PackageId, module: str, entity: str) -> Self:
        """Join the three parts."""
        mark = "#" if isinstance(package, PackageName) else ""
        return cls(f"{mark}{package}:{module}:{entity}")

    @classmethod
    def _is_sound(cls, text: str, /) -> bool:
        return all(len(name) <= 1_000 for name in text.split(":")[1:])

    @property
    def package(self) -> PackageName | PackageId:
        """The package, by name or by id."""
        first = self.partition(":")[0]
        return PackageName(first[1:]) if first.startswith("#") else PackageId(first)

    @property
    def module(self) -> str:
        """The dotted name of the module."""
        return self.split(":")[1]

    @property
    def entity(self) -> str:
        """The dotted name of the template or interface in its module."""
        return self.split(":")[2]


@final
class ChoiceName(
    Id,
    kind="choice name",
    form="letters, digits, '$' and '_', not beginning with a digit, at most 1000",
    pattern=_NAME,
):
    """The name of a choice."""

    __slots__ = ()
    length_max = 1_000


@final
class UserId(
    Id,
    kind="user id",
    form="1 to 128 of letters, digits and @^$.!`-#+'~_|:()",
    pattern=r"[a-zA-Z0-9@^$.!`\-#+'~_|:()]+",
):
    """A user of a participant."""

    __slots__ = ()
    length_max = 128


class LedgerString(
    Id,
    kind="ledger string",
    form="1 to 255 of letters, digits and #:-_/ . (space included)",
    pattern=r"[A-Za-z0-9#:\-_/ .]+",
):
    """A text that names something in commands: workflows, submissions, commands."""

    __slots__ = ()


@final
class CommandId(LedgerString, kind="command id"):
    """The name that a submitter gives a command, the same at every retry."""

    __slots__ = ()
