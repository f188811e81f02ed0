"""Types of what the built-in functions give, where the translator needs them."""

from __future__ import annotations

from collections.abc import Callable

from cantata.lf.model import (
    BOOL,
    INT64,
    PARTY,
    TEXT,
    TIMESTAMP,
    Builtin,
    TApp,
    TBuiltin,
    TStruct,
    Type,
    contract_id,
    genmap,
    list_of,
    optional,
    textmap,
)

Types = tuple[Type, ...]


def _last(types: Types) -> Type:
    return types[-1]


def _entries(types: Types) -> Type:
    return list_of(TStruct((("key", TEXT), ("value", types[0]))))


def _numeric(scale: Type) -> Type:
    return TApp(TBuiltin(Builtin.NUMERIC), scale)


_DATE = TBuiltin(Builtin.DATE)

_FIXED: dict[Type, str] = {
    INT64: (
        "ADD_INT64 SUB_INT64 MUL_INT64 DIV_INT64 MOD_INT64 EXP_INT64 NUMERIC_TO_INT64 "
        "DATE_TO_UNIX_DAYS TIMESTAMP_TO_UNIX_MICROSECONDS TEXTMAP_SIZE GENMAP_SIZE"
    ),
    BOOL: (
        "EQUAL LESS LESS_EQ GREATER GREATER_EQ EQUAL_LIST SECP256K1_BOOL "
        "SECP256K1_WITH_ECDSA_BOOL SECP256K1_VALIDATE_KEY"
    ),
    TEXT: (
        "INT64_TO_TEXT NUMERIC_TO_TEXT TIMESTAMP_TO_TEXT DATE_TO_TEXT PARTY_TO_TEXT APPEND_TEXT "
        "IMPLODE_TEXT CODE_POINTS_TO_TEXT SHA256_TEXT SHA256_HEX KECCAK256_TEXT TEXT_TO_HEX "
        "HEX_TO_TEXT ANY_EXCEPTION_MESSAGE"
    ),
    _DATE: "UNIX_DAYS_TO_DATE",
    TIMESTAMP: "UNIX_MICROSECONDS_TO_TIMESTAMP",
    list_of(TEXT): "EXPLODE_TEXT",
    list_of(INT64): "TEXT_TO_CODE_POINTS",
    optional(TEXT): "CONTRACT_ID_TO_TEXT",
    optional(PARTY): "TEXT_TO_PARTY",
    optional(INT64): "TEXT_TO_INT64",
}

_DEPENDENT: dict[str, Callable[[Types], Type]] = {
    "ADD_NUMERIC": lambda t: _numeric(t[0]),
    "SUB_NUMERIC": lambda t: _numeric(t[0]),
    "MUL_NUMERIC": lambda t: _numeric(t[2]),
    "DIV_NUMERIC": lambda t: _numeric(t[2]),
    "ROUND_NUMERIC": lambda t: _numeric(t[0]),
    "CAST_NUMERIC": lambda t: _numeric(t[1]),
    "SHIFT_NUMERIC": lambda t: _numeric(t[1]),
    "INT64_TO_NUMERIC": lambda t: _numeric(t[0]),
    "TEXT_TO_NUMERIC": lambda t: optional(_numeric(t[0])),
    "FOLDL": _last,
    "FOLDR": _last,
    "TEXTMAP_EMPTY": lambda t: textmap(t[0]),
    "TEXTMAP_INSERT": lambda t: textmap(t[0]),
    "TEXTMAP_DELETE": lambda t: textmap(t[0]),
    "TEXTMAP_LOOKUP": lambda t: optional(t[0]),
    "TEXTMAP_TO_LIST": _entries,
    "GENMAP_EMPTY": lambda t: genmap(t[0], t[1]),
    "GENMAP_INSERT": lambda t: genmap(t[0], t[1]),
    "GENMAP_DELETE": lambda t: genmap(t[0], t[1]),
    "GENMAP_LOOKUP": lambda t: optional(t[1]),
    "GENMAP_KEYS": lambda t: list_of(t[0]),
    "GENMAP_VALUES": lambda t: list_of(t[1]),
    "COERCE_CONTRACT_ID": lambda t: contract_id(t[1]),
    "TRACE": _last,
    "ERROR": _last,
    "FAIL_WITH_STATUS": _last,
}

_RESULTS: dict[str, Type] = {
    name: type_ for type_, listed in _FIXED.items() for name in listed.split()
}


def result_type(builtin: str, types: Types) -> Type | None:
    """Give the type of a saturated call, or None if it is not known."""
    if builtin in _RESULTS:
        return _RESULTS[builtin]
    rule = _DEPENDENT.get(builtin)
    return rule(types) if rule and types else None
