"""Where the formats of values differ, and how their scalars are written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cantata.kernel.ids import ContractId as ContractIdText
from cantata.lf.archive.wire import to_zigzag, varint, zigzag
from cantata.lf.interactive import values
from cantata.lf.interactive.protobuf import (
    FLAG,
    INT32,
    SFIXED64,
    TEXT,
    Budget,
    Field,
    Form,
    Message,
)
from cantata.lf.interactive.values import Identifier, Value

DATE_MIN, DATE_MAX = -719_162, 2_932_896
TIME_MIN, TIME_MAX = -62_135_596_800_000_000, 253_402_300_799_999_999
_NUMERIC = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]{0,37}")
_NUMERIC_DIGITS_MAX = 38

IDENTIFIER = Message(
    "Identifier",
    Identifier,
    Field("package_id", 1, TEXT),
    Field("module", 2, TEXT),
    Field("entity", 3, TEXT),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where one format of values differs from another.

    `record`, `variant` and `enum` are the numbers of these cases; inside them, `shift` is added to
    the numbers of constructors and payloads, behind the name of the type if there is one.
    """

    contract_id: Form
    text_map: int
    gen_map: int
    record: int
    variant: int
    enum: int
    typed: bool

    @property
    def shift(self) -> int:
        """Give 1 where the first field is the name of the type, else 0."""
        return 1 if self.typed else 0


def _cid_from_text(content: bytes, budget: Budget) -> str:
    text = TEXT.decode(content, budget)
    if ContractIdText.pattern.fullmatch(text) is None:
        raise ValueError(f"{text[:255]!r} is no contract id")
    return str(text)


def _cid_from_bytes(content: bytes, budget: Budget) -> str:
    return _cid_from_text(content.hex().encode(), budget)


API = Dialect(Form("contract id", 2, _cid_from_text, str.encode, ""), 12, 13, 14, 15, 16, True)
"""Values of the Ledger API."""

STORED = Dialect(
    Form("contract id", 2, _cid_from_bytes, bytes.fromhex, ""), 16, 12, 13, 14, 15, False
)
"""Values inside contract blobs."""

UNIT, OPTIONAL, LIST = 1, 10, 11
"""Numbers of cases that all dialects share."""

Scalar = tuple[type[Value], Form]
"""A class of values that hold one thing, and how that is written."""


def scalars(dialect: Dialect) -> dict[int, Scalar]:
    """Give the scalars of a dialect by the numbers of their cases."""
    return {
        2: (values.Bool, FLAG),
        3: (values.Int64, Form("int64", 0, _from_zigzag, _to_zigzag, 0)),
        4: (values.Date, _in_range(DATE_MIN, DATE_MAX, "date", INT32)),
        5: (values.Timestamp, _in_range(TIME_MIN, TIME_MAX, "time", SFIXED64)),
        6: (values.Numeric, Form("numeric", 2, _numeric, TEXT.encode, "")),
        7: (values.Party, TEXT),
        8: (values.Text, TEXT),
        9: (values.ContractId, dialect.contract_id),
    }


def _from_zigzag(content: int, _budget: Budget) -> int:
    return zigzag(content)


def _to_zigzag(value: int) -> bytes:
    return varint(to_zigzag(value))


def _in_range(low: int, high: int, what: str, form: Form) -> Form:
    def decode(content: int, budget: Budget) -> int:
        value = int(form.decode(content, budget))
        if not low <= value <= high:
            raise ValueError(f"{value} is no {what}")
        return value

    return Form(what, form.wire, decode, form.encode, None)


def _numeric(content: bytes, budget: Budget) -> str:
    text = str(TEXT.decode(content, budget))
    if _NUMERIC.fullmatch(text) is None or len(text.lstrip("-0.")) > _NUMERIC_DIGITS_MAX + 1:
        raise ValueError(f"{text[:80]!r} is no Numeric")
    return text
