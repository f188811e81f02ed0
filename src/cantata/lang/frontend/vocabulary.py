"""The names that contract modules may import from `cantata.lang`, by what they are."""

from __future__ import annotations

from typing import Final

from cantata.lang.ir.types import DATE, DECIMAL, PARTY, RELTIME, TEXT, TIME, Type

LANG: Final = "cantata.lang"

PRIMITIVES: Final[dict[str, Type]] = {
    "Date": DATE,
    "Decimal": DECIMAL,
    "Party": PARTY,
    "RelTime": RELTIME,
    "Text": TEXT,
    "Time": TIME,
}
GENERICS: Final = frozenset({"ContractId", "Map", "Payload", "TextMap"})
BASES: Final = frozenset({"Constructor", "Enum", "Interface", "Record", "Template"})
DECORATORS: Final = frozenset({"abstractmethod", "choice", "function", "method", "update", "view"})
DECLARATIONS: Final = frozenset({"field", "foreign", "package"})
EFFECTS: Final = frozenset(
    {"archive", "before", "create", "exercise", "fetch", "not_before", "now"}
)
FUNCTIONS: Final = frozenset(
    {
        "coerce",
        "div",
        "first",
        "from_interface",
        "parse_decimal",
        "parse_int",
        "parse_party",
        "power",
        "rem",
        "replace",
        "require",
        "round_half_even",
        "sha256",
        "to_decimal",
        "to_int",
    }
)
CATEGORIES: Final = {"INVALID_ARGUMENT": 8, "INVALID_STATE": 9}

NAMES: Final = (
    frozenset(PRIMITIVES)
    | GENERICS
    | BASES
    | DECORATORS
    | DECLARATIONS
    | EFFECTS
    | FUNCTIONS
    | frozenset(CATEGORIES)
)

TYPE_INSTEAD: Final = {
    "Any": "name the type",
    "Dict": "write TextMap[T] or Map[K, V]",
    "List": "write list[T]",
    "Optional": "write T | None",
    "Union": "name a variant: Outcome = Filled | Empty",
    "bytes": "write Text, with the bytes in hex",
    "complex": "write Decimal",
    "date": "write Date",
    "datetime": "write Time",
    "dict": "write TextMap[T] or Map[K, V]",
    "float": "write Decimal",
    "frozenset": "write list[T] or Map[T, bool]",
    "object": "name the type",
    "set": "write list[T] or Map[T, bool]",
    "str": "write Text",
    "timedelta": "write RelTime",
    "tuple": "write a class derived from Record",
}
"""What to write for a type of Python that has no meaning on a ledger."""

_NO_LEDGER = "contract code reaches nothing but the ledger"
_REPEATABLE = "every participant must compute the same result"

FORBIDDEN: Final = {
    "abs": ("it has no single operation in Daml-LF", "write x if x >= 0 else -x"),
    "bool": ("nothing counts as true or false unasked", "write a comparison"),
    "dict": ("maps have typed keys", "write TextMap({...}) or Map({...})"),
    "divmod": ("Python floors, Daml-LF truncates", "write div(a, b) and rem(a, b)"),
    "enumerate": ("lists are visited, not counted", "count in a local name"),
    "eval": ("code is fixed when it is compiled", "write the code itself"),
    "exec": ("code is fixed when it is compiled", "write the code itself"),
    "filter": ("functions are no values", "write [x for x in xs if ...]"),
    "float": ("floats are not exact", "write Decimal"),
    "getattr": ("names are fixed when it is compiled", "write value.name"),
    "globals": ("there is no global state", "pass values as parameters"),
    "hash": (_REPEATABLE, "write sha256(text)"),
    "id": ("values have no identity", "compare with =="),
    "input": (_NO_LEDGER, "pass values as parameters"),
    "int": ("it converts many things", "write to_int(decimal) or parse_int(text)"),
    "isinstance": ("types are known when it is compiled", "write match or from_interface"),
    "list": ("lists are immutable", "write the list itself or a comprehension"),
    "locals": ("there is no such state", "pass values as parameters"),
    "map": ("functions are no values", "write [f(x) for x in xs]"),
    "next": ("lists are visited, not stepped", "write first(xs)"),
    "open": (_NO_LEDGER, "pass values as parameters"),
    "pow": ("Python has more powers than Daml-LF", "write power(base, exponent)"),
    "print": (_NO_LEDGER, "leave it out"),
    "range": ("loops go over data, so that their length is bounded", "loop over a list"),
    "reversed": ("it makes no list", "write sorted(xs, key=..., reverse=True)"),
    "round": ("Python rounds binary numbers", "write round_half_even(x, digits)"),
    "set": ("Daml-LF has no sets", "write a list or Map"),
    "setattr": ("values never change", "write replace(value, name=...)"),
    "str": ("Python's texts differ from those of Daml-LF", 'write f"{value}"'),
    "super": ("there is no inheritance of behaviour", "call a @function"),
    "tuple": ("the language has no tuples", "write a class derived from Record"),
    "type": ("types are known when it is compiled", "write match"),
    "zip": ("the language has no tuples", "keep pairs in a list of records"),
}
"""Functions of Python that are refused: why, and what to write instead."""


def forbidden_table() -> str:
    """Give the refused functions and types of Python as a Markdown table, for the reference."""
    rows = [(f"`{name}`", why, instead) for name, (why, instead) in FORBIDDEN.items()]
    rows += [
        (f"`{name}` as a type", "Daml-LF has nothing with its meaning", instead)
        for name, instead in TYPE_INSTEAD.items()
    ]
    head = ["| Python | why not | write instead |", "|---|---|---|"]
    return "\n".join([*head, *sorted(map(_row, rows))]) + "\n"


def _row(cells: tuple[str, ...]) -> str:
    text = " | ".join(cell.replace("*", "\\*").replace("|", "\\|") for cell in cells)
    return f"| {text} |"
