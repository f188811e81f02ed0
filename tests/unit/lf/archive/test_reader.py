"""Archives are read strictly: what is not exactly a package is refused with a typed error."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from cantata.lf.archive import read_archive, read_payload, read_stored
from cantata.lf.archive.encode.fields import alternative, message
from cantata.lf.archive.envelope import seal_archive
from cantata.lf.archive.errors import (
    ArchiveError,
    FeatureNotSupported,
    HashMismatch,
    InvalidPackage,
    MalformedMessage,
    UnknownField,
    UnknownVersion,
    UnsupportedVersion,
)
from cantata.lf.archive.wire import bytes_field, number_field, varint
from cantata.lf.model import (
    UNIT,
    ENumeric,
    ETyApp,
    EUnit,
    KArrow,
    KNat,
    KStar,
    Record,
    TApp,
    TBuiltin,
    TForall,
)
from tests.unit.lf.archive.raw import (
    BAD_NAME,
    FLAGS,
    NAME,
    RAW,
    UNIT_TYPE,
    UNKNOWN,
    VERSION,
    X,
    expr,
    form,
    ref,
)
from tests.unit.lf.archive.raw import (
    UNIT as UNIT_EXPR,
)

PAYLOAD = bytes_field(3, b"1") + bytes_field(4, RAW.message())


def _field_type(name: str, builtin: int, *args: bytes) -> bytes:
    return alternative("Type", name, message(name, builtin, list(args)))


def test_smallest_package() -> None:
    package = read_archive(RAW.with_value(UNIT_EXPR).archive())
    assert (package.name, package.version, package.lf_minor) == ("name-of-package", "1.0.0", "1")
    assert package.imports == frozenset()
    value = package.modules["M"].values["v"]
    assert (value.type, value.expr) == (UNIT, EUnit())


def test_bytes_are_kept() -> None:
    archive = RAW.archive()
    stored = read_stored(archive)
    assert stored.archive == archive
    assert read_payload(stored.payload).id == stored.id == stored.package.id


@pytest.mark.parametrize(
    "archive, error, text",
    [
        (b"", HashMismatch, "Mismatching hashes"),
        (RAW.archive()[:-1], MalformedMessage, "ends inside a field"),
        (bytes_field(3, b"") + seal_archive(PAYLOAD)[-66:], HashMismatch, "Mismatching hashes"),
        (RAW.archive() + UNKNOWN, UnknownField, "daml_lf.Archive contains unknown field numbered"),
        (RAW.archive(extra=UNKNOWN), UnknownField, "daml_lf.ArchivePayload"),
        (number_field(1, 1) + seal_archive(PAYLOAD), InvalidPackage, "Unrecognized hash function"),
        (seal_archive(PAYLOAD) + bytes_field(3, PAYLOAD), MalformedMessage, "two values"),
        (RAW.archive("9"), UnknownVersion, "2.9"),
        (RAW.archive(""), UnknownVersion, "2."),
        (RAW.archive("dev"), UnsupportedVersion, "2.dev"),
        (RAW.archive(extra=number_field(5, 1)), UnknownVersion, "patch version 1"),
        (RAW.archive(extra=number_field(5, -1)), UnknownVersion, "patch version -1"),
        (seal_archive(bytes_field(2, b"")), UnsupportedVersion, "Daml-LF 1"),
        (seal_archive(b""), InvalidPackage, "Unsupported LF version"),
    ],
)
def test_envelope(archive: bytes, error: type[ArchiveError], text: str) -> None:
    with pytest.raises(error, match=text):
        read_archive(archive)


def test_every_flipped_bit_is_refused() -> None:
    archive = RAW.archive()
    for at in range(len(archive)):
        for bit in range(8):
            changed = bytearray(archive)
            changed[at] ^= 1 << bit
            with pytest.raises(ArchiveError):
                read_archive(bytes(changed))


PACKAGES: list[tuple[str, Callable[[], bytes], type[ArchiveError], str]] = [
    ("no metadata", lambda: replace(RAW, metadata=()).archive(), InvalidPackage, "metadata is req"),
    (
        "two metadata",
        lambda: replace(RAW, metadata=[*RAW.metadata, *RAW.metadata]).archive(),
        MalformedMessage,
        "two values",
    ),
    ("unknown field", lambda: replace(RAW, extra=UNKNOWN).archive(), UnknownField, "2.Package"),
    (
        "unknown field of a module",
        lambda: RAW.with_module(extra=UNKNOWN).archive(),
        UnknownField,
        "Message of type daml_lf_2.Module contains unknown field numbered 4321",
    ),
    (
        "flags",
        lambda: RAW.with_module(flags=message("FeatureFlags", 1, 0, 1)).archive(),
        InvalidPackage,
        "Deprecated feature flag",
    ),
    (
        "two modules of one name",
        lambda: replace(RAW, modules=[*RAW.modules, *RAW.modules]).archive(),
        InvalidPackage,
        "Collision on module name M",
    ),
    ("not UTF-8", lambda: replace(RAW, strings=(b"\xff",)).archive(), MalformedMessage, "UTF-8"),
    (
        "version grammar",
        lambda: replace(RAW, metadata=(message("PackageMetadata", NAME, X, None),)).archive(),
        InvalidPackage,
        "Invalid package version",
    ),
    (
        "name grammar",
        lambda: replace(RAW, strings=(b"M", b"", b"", b"", b"a b", b"1", b"v")).archive(),
        InvalidPackage,
        "Invalid package name",
    ),
    (
        "empty dotted name",
        lambda: replace(RAW, dotted_names=(b"",)).archive(),
        InvalidPackage,
        "Unexpected empty segments",
    ),
    (
        "string index",
        lambda: RAW.with_value(expr("variable", 99)).archive(),
        InvalidPackage,
        "table index 99",
    ),
    (
        "negative index",
        lambda: RAW.with_value(expr("variable", -1)).archive(),
        InvalidPackage,
        "table index",
    ),
    (
        "identifier",
        lambda: RAW.with_value(expr("variable", BAD_NAME)).archive(),
        InvalidPackage,
        'non first character 0x2d in Daml-LF Name "a-b"',
    ),
    ("no expression", lambda: RAW.with_value(b"").archive(), InvalidPackage, "Expr.SUM_NOT_SET"),
    (
        "two expressions",
        lambda: RAW.with_value(UNIT_EXPR + UNIT_EXPR).archive(),
        MalformedMessage,
        "two values",
    ),
    (
        "builtin",
        lambda: RAW.with_value(expr("builtin", 24)).archive(),
        InvalidPackage,
        "value looked up was 24",
    ),
    (
        "builtin of a later version",
        lambda: RAW.with_value(expr("builtin", 73)).archive(),
        FeatureNotSupported,
        "SECP256K1_VALIDATE_KEY is not supported by Daml-LF 2.1",
    ),
    (
        "empty list front",
        lambda: RAW.with_value(form("Expr.Cons", ref(0), [], UNIT_EXPR)).archive(),
        InvalidPackage,
        "Unexpected empty front",
    ),
    (
        "type index",
        lambda: RAW.with_value(UNIT_EXPR, type_=1).archive(),
        InvalidPackage,
        "internedTypes table index 1",
    ),
    (
        "written type",
        lambda: RAW.with_value(expr("Type@type_rep", UNIT_TYPE)).archive(),
        InvalidPackage,
        "not supported outside type interning table",
    ),
    (
        "bare type entry",
        lambda: RAW.with_types(UNIT_TYPE, ref(0)).archive(),
        InvalidPackage,
        "Immediate Interned type",
    ),
    (
        "type of a later entry",
        lambda: RAW.with_types(_field_type("Type.Builtin", 10, ref(1)), UNIT_TYPE).archive(),
        InvalidPackage,
        "internedTypes table index 1",
    ),
    (
        "application before 2.2",
        lambda: RAW.with_types(
            UNIT_TYPE, alternative("Type", "Type.TApp", message("Type.TApp", ref(0), ref(0)))
        ).archive(),
        FeatureNotSupported,
        "TApp",
    ),
    (
        "arguments after 2.1",
        lambda: RAW.with_types(UNIT_TYPE, _field_type("Type.Builtin", 10, ref(0))).archive("2"),
        InvalidPackage,
        "Illegal local flattening",
    ),
    (
        "kinds before 2.2",
        lambda: replace(RAW, kinds=(alternative("Kind", "Unit@kind_star"),)).archive(),
        FeatureNotSupported,
        "Flat Archive is not supported by Daml-LF 2.1",
    ),
    ("nat", lambda: RAW.with_types(alternative("Type", "nat", 76)).archive(), InvalidPackage, "37"),
    (
        "imports before 2.2",
        lambda: replace(RAW, extra=bytes_field(8, b"none")).archive(),
        FeatureNotSupported,
        "imports",
    ),
    (
        "wrong wire type",
        lambda: RAW.with_value(number_field(7, 1)).archive(),
        UnknownField,
        "daml_lf_2.Expr contains unknown field numbered 7",
    ),
    (
        "length beyond the message",
        lambda: RAW.with_value(varint(3 << 3 | 2) + b"\x7f").archive(),
        MalformedMessage,
        "ends inside a field",
    ),
    (
        "endless number",
        lambda: RAW.with_value(varint(2 << 3) + b"\xff" * 20).archive(),
        MalformedMessage,
        "longer than ten bytes",
    ),
]


@pytest.mark.parametrize(
    "archive, error, text",
    [case[1:] for case in PACKAGES],
    ids=[case[0].replace(" ", "-") for case in PACKAGES],
)
def test_bad_package(archive: Callable[[], bytes], error: type[ArchiveError], text: str) -> None:
    with pytest.raises(error, match=text) as caught:
        read_archive(archive())
    assert caught.value.code == "DAR_PARSE_ERROR"


@pytest.mark.parametrize(
    "literal, value",
    [(b"5.", "5"), (b"-0.0", "0.0"), (b"0." + b"1" * 37, "0." + "1" * 37), (b"1.50", "1.50")],
)
def test_numeric_literal(literal: bytes, value: str) -> None:
    raw = replace(RAW, strings=(*RAW.strings, literal))
    index = len(RAW.strings)
    content = message("BuiltinLit", alternative("BuiltinLit", "numeric", index))
    package = read_archive(raw.with_value(expr("BuiltinLit", content)).archive())
    found = package.modules["M"].values["v"].expr
    assert found == ENumeric(Decimal(value))
    assert isinstance(found, ENumeric)
    assert str(found.value) == value


@pytest.mark.parametrize(
    "literal", [b"", b"5", b".5", b"05.0", b"+1.0", b"1e3", b"0." + b"0" * 38, b"9" * 38 + b".0"]
)
def test_bad_numeric_literal(literal: bytes) -> None:
    raw = replace(RAW, strings=(*RAW.strings, literal))
    content = message("BuiltinLit", alternative("BuiltinLit", "numeric", len(RAW.strings)))
    with pytest.raises(InvalidPackage, match="as Numeric"):
        read_archive(raw.with_value(expr("BuiltinLit", content)).archive())


def test_forms_of_2_2_are_read_as_those_of_2_1() -> None:
    star, nat = (
        message("Kind", alternative("Kind", name)) for name in ("Unit@kind_star", "Unit@kind_nat")
    )
    arrow = message("Kind", alternative("Kind", "Kind.Arrow", message("Kind.Arrow", [nat], star)))
    param = message("TypeVarWithKind", X, message("Kind", alternative("Kind", "interned_kind", 0)))
    forall = alternative("Type", "Type.Forall", message("Type.Forall", [param], ref(0)))
    applied = alternative("Type", "Type.TApp", message("Type.TApp", ref(1), ref(0)))
    list_type = _field_type("Type.Builtin", 10)
    inner = form("Expr.TyApp", UNIT_EXPR, [ref(0)])
    raw = replace(
        RAW,
        kinds=(arrow,),
        types=(UNIT_TYPE, list_type, applied, forall),
        exprs=(inner,),
    )
    outer = form("Expr.TyApp", expr("interned_expr", 0), [ref(2)])
    value = read_archive(raw.with_value(outer, type_=3).archive("2")).modules["M"].values["v"]
    assert isinstance(value.type, TForall)
    assert value.type.kind == KArrow(KNat(), KStar())
    assert isinstance(value.expr, ETyApp)
    first, second = value.expr.types
    assert first == UNIT
    assert isinstance(second, TApp)
    assert isinstance(second.fun, TBuiltin)


def test_names_at_index_0_are_absent_on_the_wire() -> None:
    field = message("FieldWithType", 0, ref(0))
    assert field == bytes_field(2, ref(0))
    fields = message("DefDataType.Fields@record", [field])
    cons = alternative("DefDataType", "DefDataType.Fields@record", fields)
    data_type = message("DefDataType", None, 1, [], 1, cons)
    package = read_archive(RAW.with_module(data_types=[data_type], flags=FLAGS).archive())
    assert package.modules["M"].data_types["v"].cons == Record((("M", UNIT),))


def test_unused_index_is_version() -> None:
    assert read_archive(RAW.archive()).version == RAW.strings[VERSION].decode()


def test_refusals_say_what_the_engine_says(shared_data: Path) -> None:
    """The frozen decode errors; for unreleased versions our reader stops earlier."""
    compared = 0
    for path in sorted((shared_data / "lf" / "packages").glob("*.json")):
        frozen = json.loads(path.read_text(encoding="utf-8"))
        if frozen.get("stage") != "decode" or frozen["error"]["class"] != "Parsing":
            continue
        with pytest.raises(ArchiveError) as caught:
            read_archive(base64.b64decode(frozen["dalf"]))
        if isinstance(caught.value, UnsupportedVersion):
            continue
        assert caught.value.message == frozen["error"]["message"], path.name
        compared += 1
    assert compared > 0
