"""Archives put together field by field, so that each field can be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cantata.lf.archive.encode.fields import alternative, message
from cantata.lf.archive.envelope import seal_archive
from cantata.lf.archive.wire import bytes_field, number_field

FLAGS = message("FeatureFlags", 1, 1, 1)
STRINGS = ("M", "x", "f", "a-b", "name-of-package", "1.0.0", "v")
M, X, F, BAD_NAME, NAME, VERSION, V = range(7)
UNIT_TYPE = alternative("Type", "Type.Builtin", b"")
UNIT = message("Expr", None, alternative("Expr", "builtin_con", 0))


@dataclass(frozen=True)
class RawPackage:
    """The fields of a package message as bytes; the defaults make a good, empty module M."""

    strings: Sequence[bytes] = tuple(text.encode() for text in STRINGS)
    dotted_names: Sequence[bytes] = (
        message("InternedDottedName", [M]),
        message("InternedDottedName", [V]),
    )
    types: Sequence[bytes] = (UNIT_TYPE,)
    kinds: Sequence[bytes] = ()
    exprs: Sequence[bytes] = ()
    modules: Sequence[bytes] = (message("Module", 0, FLAGS, [], [], [], [], [], []),)
    metadata: Sequence[bytes] = (message("PackageMetadata", NAME, VERSION, None),)
    extra: bytes = b""

    def message(self) -> bytes:
        """Give the package message."""
        groups = {
            1: self.modules,
            2: self.strings,
            3: self.dotted_names,
            4: self.metadata,
            5: self.types,
            6: self.kinds,
            7: self.exprs,
        }
        fields = [bytes_field(number, part) for number, parts in groups.items() for part in parts]
        return b"".join(fields) + self.extra

    def archive(self, minor: str = "1", *, extra: bytes = b"") -> bytes:
        """Give an archive of the package with the right hash."""
        payload = bytes_field(3, minor.encode()) + bytes_field(4, self.message()) + extra
        return seal_archive(payload)

    def with_value(self, expr: bytes, *, type_: int = 0) -> RawPackage:
        """Give the package with one value v of an expression given as a message."""
        name = message("DefValue.NameWithType", 1, ref(type_))
        value = message("DefValue", None, name, expr)
        return self.with_module(values=[value])

    def with_module(
        self,
        *,
        data_types: Sequence[bytes] = (),
        values: Sequence[bytes] = (),
        flags: bytes = FLAGS,
        extra: bytes = b"",
    ) -> RawPackage:
        """Give the package with these definitions in its module."""
        module = message("Module", 0, flags, [], list(data_types), list(values), [], [], [])
        return replace(self, modules=(module + extra,))

    def with_types(self, *entries: bytes) -> RawPackage:
        """Give the package with these entries in its table of types."""
        return replace(self, types=entries)


RAW = RawPackage()
UNKNOWN = number_field(4321, 1)


def ref(index: int) -> bytes:
    """Give a reference into the table of types."""
    return message("Type@ref", alternative("Type@ref", "interned_type", index))


def expr(form: str, content: bytes | int) -> bytes:
    """Give an expression of a form."""
    return message("Expr", None, alternative("Expr", form, content))


def form(name: str, *values: object) -> bytes:
    """Give an expression whose form is a message of the same name."""
    return expr(name, message(name, *values))  # type: ignore[arg-type]
