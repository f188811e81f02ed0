"""What the cells of a row may hold: amounts, parties, texts, times; pure checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from cantata.http import texts
from cantata.http.errors import RowFault
from cantata.kernel.errors import CantataError
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.tokens.batches.model import COLUMNS, Operation, RawRow, Row

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}", re.ASCII)


class _KeyRefused(texts.TextRefused):
    code = "ROW_KEY_REFUSED"


def parsed(
    operation: Operation, raw: Sequence[RawRow]
) -> tuple[tuple[Row, ...], tuple[RowFault, ...]]:
    """Read rows; give those of sound form, and everything that is wrong with the others.

    A key that a row above has is wrong, too.
    """
    rows, faults = [], []
    seen: dict[str, int] = {}
    for each in raw:
        row, wrong = _parsed(operation, each)
        if row is not None and row.key:
            first = seen.setdefault(row.key, row.line)
            if first != row.line:
                why = f"line {first} has the key {row.key!r} already"
                row, wrong = None, [RowFault(each.line, "key", "ROW_KEY_DOUBLED", why)]
        if row is not None:
            rows.append(row)
        faults += wrong
    return tuple(rows), tuple(faults)


def _parsed(operation: Operation, raw: RawRow) -> tuple[Row | None, list[RowFault]]:
    columns, found = COLUMNS[operation], {}
    faults = [
        RowFault(raw.line, name[:40], "COLUMN_UNKNOWN", f"columns are {', '.join(columns.all)}")
        for name in raw.cells
        if name not in columns.all
    ]
    for name in columns.all:
        try:
            found[name] = _CHECKS[name](raw.cells.get(name), name in columns.required)
        except CantataError as error:
            faults.append(RowFault(raw.line, name, error.code, error.message))
    if faults:
        return None, faults
    source = found.get("sender") or found.get("owner")
    return Row(
        line=raw.line,
        amount=Decimal(found["amount"] or ""),
        key=found["key"] or "",
        source=None if source is None else PartyId(source),
        receiver=PartyId(found["receiver"] or "") if "receiver" in found else None,
        memo=found["memo"] or "",
        execute_before=_time(found.get("execute_before")),
    ), []


def _text(value: object, required: bool) -> str | None:
    if value is None or value == "":
        if required:
            raise texts.TextRefused("the cell is empty")
        return None
    if not isinstance(value, str):
        raise texts.TextRefused("the cell is no text")
    return value


def _amount(value: object, required: bool) -> str | None:
    return texts.amount("" if value is None else value)


def _party(value: object, required: bool) -> str | None:
    text = _text(value, required)
    return None if text is None else str(PartyId(text))


def _memo(value: object, required: bool) -> str | None:
    text = _text(value, required)
    if text is not None and len(text) > texts.MEMO_MAX:
        raise texts.TextRefused(f"the text has more than {texts.MEMO_MAX} characters")
    return None if text is None else texts.visible(text)


def _key(value: object, required: bool) -> str | None:
    text = _text(value, required)
    if text is not None and _KEY.fullmatch(text) is None:
        raise _KeyRefused("a key is 1 to 64 letters, digits and . _ : / -, a letter or digit first")
    return text


def _moment(value: object, required: bool) -> str | None:
    text = _text(value, required)
    return None if text is None else str(Timestamp.parse(text))


def _time(text: str | None) -> Timestamp | None:
    return None if text is None else Timestamp.parse(text)


_CHECKS: Mapping[str, Callable[[object, bool], str | None]] = {
    "key": _key,
    "sender": _party,
    "owner": _party,
    "receiver": _party,
    "amount": _amount,
    "memo": _memo,
    "execute_before": _moment,
}
