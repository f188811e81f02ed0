"""A statement as JSON data; amounts are texts."""

from __future__ import annotations

from typing import Any

from cantata.tokens.statements.model import Line, Section, Statement


def json_of(statement: Statement) -> dict[str, Any]:
    """Give a statement as JSON data."""
    return {
        "owner": str(statement.owner),
        "begin": str(statement.begin),
        "end": str(statement.end),
        "opening_offset": statement.opened_at,
        "closing_offset": statement.closed_at,
        "final": statement.is_final,
        "instruments": [_section(each) for each in statement.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "admin": str(section.instrument.admin),
        "instrument": section.instrument.id,
        "opening": str(section.opening),
        "movements": [_line(each) for each in section.lines],
        "closing": str(section.closing),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "recorded_at": str(line.recorded_at),
        "offset": line.offset,
        "update_id": line.update_id,
        "kind": line.kind.value,
        "counterparty": line.counterparty,
        "memo": line.memo,
        "amount": str(line.delta),
        "balance": str(line.balance),
    }
