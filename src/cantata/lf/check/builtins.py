"""The types of all built-in functions of Daml-LF 2.1 to 2.3."""

from __future__ import annotations

from cantata.lf.model import (
    ANY_EXCEPTION,
    BOOL,
    DATE,
    FAILURE_CATEGORY,
    INT64,
    PARTY,
    TEXT,
    TIMESTAMP,
    Builtin,
    KNat,
    KStar,
    TApp,
    TBuiltin,
    TForall,
    TStruct,
    TVar,
    Type,
    arrow,
    contract_id,
    genmap,
    list_of,
    optional,
    textmap,
)

_A, _B, _C = TVar("a"), TVar("b"), TVar("c")


def _of(scale: Type) -> Type:
    return TApp(TBuiltin(Builtin.NUMERIC), scale)


def _for_types(body: Type, *names: str) -> Type:
    for name in reversed(names or ("a",)):
        body = TForall(name, KStar(), body)
    return body


def _for_scales(body: Type, *names: str) -> Type:
    for name in reversed(names or ("a",)):
        body = TForall(name, KNat(), body)
    return body


_INT_OPERATION = arrow(INT64, INT64, INT64)
_NUMERIC_OPERATION = _for_scales(arrow(_of(_A), _of(_A), _of(_A)))
_NUMERIC_PRODUCT = _for_scales(arrow(_of(_C), _of(_A), _of(_B), _of(_C)), "a", "b", "c")
_NUMERIC_CONVERSION = _for_scales(arrow(_of(_B), _of(_A), _of(_B)), "a", "b")
_COMPARISON = _for_types(arrow(_A, _A, BOOL))
_TEXT_TO_TEXT = arrow(TEXT, TEXT)
_SIGNATURE_CHECK = arrow(TEXT, TEXT, TEXT, BOOL)
_ENTRY = TStruct((("key", TEXT), ("value", _A)))
_MAP = genmap(_A, _B)

_GENERAL = {
    "TRACE": _for_types(arrow(TEXT, _A, _A)),
    "ERROR": _for_types(arrow(TEXT, _A)),
    "FAIL_WITH_STATUS": _for_types(arrow(TEXT, FAILURE_CATEGORY, TEXT, textmap(TEXT), _A)),
    "ANY_EXCEPTION_MESSAGE": arrow(ANY_EXCEPTION, TEXT),
    "COERCE_CONTRACT_ID": _for_types(arrow(contract_id(_A), contract_id(_B)), "a", "b"),
    "EQUAL": _COMPARISON,
    "LESS_EQ": _COMPARISON,
    "LESS": _COMPARISON,
    "GREATER_EQ": _COMPARISON,
    "GREATER": _COMPARISON,
}

_NUMBERS = {
    "ADD_INT64": _INT_OPERATION,
    "SUB_INT64": _INT_OPERATION,
    "MUL_INT64": _INT_OPERATION,
    "DIV_INT64": _INT_OPERATION,
    "MOD_INT64": _INT_OPERATION,
    "EXP_INT64": _INT_OPERATION,
    "ADD_NUMERIC": _NUMERIC_OPERATION,
    "SUB_NUMERIC": _NUMERIC_OPERATION,
    "MUL_NUMERIC": _NUMERIC_PRODUCT,
    "DIV_NUMERIC": _NUMERIC_PRODUCT,
    "ROUND_NUMERIC": _for_scales(arrow(INT64, _of(_A), _of(_A))),
    "CAST_NUMERIC": _NUMERIC_CONVERSION,
    "SHIFT_NUMERIC": _NUMERIC_CONVERSION,
    "INT64_TO_NUMERIC": _for_scales(arrow(_of(_A), INT64, _of(_A))),
    "NUMERIC_TO_INT64": _for_scales(arrow(_of(_A), INT64)),
}

_TIME = {
    "DATE_TO_UNIX_DAYS": arrow(DATE, INT64),
    "UNIX_DAYS_TO_DATE": arrow(INT64, DATE),
    "TIMESTAMP_TO_UNIX_MICROSECONDS": arrow(TIMESTAMP, INT64),
    "UNIX_MICROSECONDS_TO_TIMESTAMP": arrow(INT64, TIMESTAMP),
}

_TEXTS = {
    "INT64_TO_TEXT": arrow(INT64, TEXT),
    "NUMERIC_TO_TEXT": _for_scales(arrow(_of(_A), TEXT)),
    "TIMESTAMP_TO_TEXT": arrow(TIMESTAMP, TEXT),
    "DATE_TO_TEXT": arrow(DATE, TEXT),
    "PARTY_TO_TEXT": arrow(PARTY, TEXT),
    "CONTRACT_ID_TO_TEXT": _for_types(arrow(contract_id(_A), optional(TEXT))),
    "TEXT_TO_PARTY": arrow(TEXT, optional(PARTY)),
    "TEXT_TO_INT64": arrow(TEXT, optional(INT64)),
    "TEXT_TO_NUMERIC": _for_scales(arrow(_of(_A), TEXT, optional(_of(_A)))),
    "APPEND_TEXT": arrow(TEXT, TEXT, TEXT),
    "EXPLODE_TEXT": arrow(TEXT, list_of(TEXT)),
    "IMPLODE_TEXT": arrow(list_of(TEXT), TEXT),
    "CODE_POINTS_TO_TEXT": arrow(list_of(INT64), TEXT),
    "TEXT_TO_CODE_POINTS": arrow(TEXT, list_of(INT64)),
}

_CRYPTOGRAPHY = {
    "SHA256_TEXT": _TEXT_TO_TEXT,
    "SHA256_HEX": _TEXT_TO_TEXT,
    "KECCAK256_TEXT": _TEXT_TO_TEXT,
    "HEX_TO_TEXT": _TEXT_TO_TEXT,
    "TEXT_TO_HEX": _TEXT_TO_TEXT,
    "SECP256K1_BOOL": _SIGNATURE_CHECK,
    "SECP256K1_WITH_ECDSA_BOOL": _SIGNATURE_CHECK,
    "SECP256K1_VALIDATE_KEY": arrow(TEXT, BOOL),
}

_LISTS = {
    "FOLDL": _for_types(arrow(arrow(_B, _A, _B), _B, list_of(_A), _B), "a", "b"),
    "FOLDR": _for_types(arrow(arrow(_A, _B, _B), _B, list_of(_A), _B), "a", "b"),
    "EQUAL_LIST": _for_types(arrow(arrow(_A, _A, BOOL), list_of(_A), list_of(_A), BOOL)),
}

_MAPS = {
    "TEXTMAP_EMPTY": _for_types(textmap(_A)),
    "TEXTMAP_INSERT": _for_types(arrow(TEXT, _A, textmap(_A), textmap(_A))),
    "TEXTMAP_LOOKUP": _for_types(arrow(TEXT, textmap(_A), optional(_A))),
    "TEXTMAP_DELETE": _for_types(arrow(TEXT, textmap(_A), textmap(_A))),
    "TEXTMAP_TO_LIST": _for_types(arrow(textmap(_A), list_of(_ENTRY))),
    "TEXTMAP_SIZE": _for_types(arrow(textmap(_A), INT64)),
    "GENMAP_EMPTY": _for_types(_MAP, "a", "b"),
    "GENMAP_INSERT": _for_types(arrow(_A, _B, _MAP, _MAP), "a", "b"),
    "GENMAP_LOOKUP": _for_types(arrow(_A, _MAP, optional(_B)), "a", "b"),
    "GENMAP_DELETE": _for_types(arrow(_A, _MAP, _MAP), "a", "b"),
    "GENMAP_KEYS": _for_types(arrow(_MAP, list_of(_A)), "a", "b"),
    "GENMAP_VALUES": _for_types(arrow(_MAP, list_of(_B)), "a", "b"),
    "GENMAP_SIZE": _for_types(arrow(_MAP, INT64), "a", "b"),
}

BUILTIN_TYPES: dict[str, Type] = (
    _GENERAL | _NUMBERS | _TIME | _TEXTS | _CRYPTOGRAPHY | _LISTS | _MAPS
)
"""The type of each built-in function by its name."""

FROM_LF_23 = frozenset({"SECP256K1_VALIDATE_KEY"})
"""Built-in functions that exist since LF 2.3 only."""
