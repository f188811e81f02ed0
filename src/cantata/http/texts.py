"""What texts of a request may hold: amounts, names, memos; pure checks, nothing is changed."""

from __future__ import annotations

import re
import unicodedata

from cantata.kernel.errors import CantataError

DECIMALS_MAX = 10
INTEGER_DIGITS_MAX = 28
NAME_MAX = 200
MEMO_MAX = 1_000
_AMOUNT = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?", re.ASCII)
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
EMAIL_MAX = 254


class TextRefused(CantataError):
    """A text of a request does not hold what it must."""

    code = "VALIDATION_FAILED"


class AmountMustBeString(TextRefused):
    """An amount came as a JSON number, which many readers round."""

    code = "AMOUNT_MUST_BE_STRING"

    def __init__(self) -> None:
        super().__init__('an amount is a JSON string, such as "12.50", never a number')


class AmountMalformed(TextRefused):
    """A text is no amount."""

    code = "AMOUNT_MALFORMED"

    def __init__(self) -> None:
        super().__init__(
            "an amount is digits, at most 28, with or without a point and decimals: no sign,"
            " no exponent, no grouping, no space, no leading zero"
        )


class AmountTooPrecise(TextRefused):
    """An amount has more decimals than any instrument."""

    code = "PRECISION_EXCEEDED"

    def __init__(self, decimals: int) -> None:
        super().__init__(
            f"the amount has {decimals} decimals; at most {DECIMALS_MAX} are possible, and nothing"
            " is rounded"
        )


class NameRefused(TextRefused):
    """A text for people has characters that deceive or cannot be shown."""

    code = "TEXT_REFUSED"


def amount(value: object) -> str:
    """Check an amount by its grammar; give it as it came."""
    if not isinstance(value, str):
        raise AmountMustBeString
    match = _AMOUNT.fullmatch(value[:200])
    if match is None or len(match[1]) > INTEGER_DIGITS_MAX:
        raise AmountMalformed
    if len(match[2] or "") > DECIMALS_MAX:
        raise AmountTooPrecise(len(match[2]))
    return value


def visible(value: str) -> str:
    """Check a text for people: normalised, no control characters, none that turn directions."""
    for character in value:
        category = unicodedata.category(character)
        if character in _BIDI:
            raise NameRefused(f"U+{ord(character):04X} turns the direction of writing")
        if category in ("Cc", "Cs", "Zl", "Zp") or ord(character) & 0xFFFE == 0xFFFE:
            raise NameRefused(f"U+{ord(character):04X} cannot be shown")
    if unicodedata.normalize("NFC", value) != value:
        raise NameRefused("the text is not in Unicode's normal form C")
    return value


def name(value: str) -> str:
    """Check a name: visible, and not padded with spaces."""
    if value != value.strip():
        raise NameRefused("the text begins or ends with a space")
    return visible(value)


def email(value: str) -> str:
    """Check an address for mail; give it with its domain in lower case."""
    if len(value) > EMAIL_MAX or _EMAIL.fullmatch(value) is None:
        raise TextRefused("this is no e-mail address")
    local, _, domain = value.partition("@")
    return f"{local}@{domain.lower()}"


def csv_cell(value: str) -> str:
    """Write a cell of a CSV file, quoted, so that no program takes it for a formula."""
    shown = f"'{value}" if value.startswith(_FORMULA) else value
    return '"' + shown.replace('"', '""') + '"'
