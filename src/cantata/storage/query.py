"""Statements that are composed once and run often, without composing anything when they run."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.sql import ClauseElement

Processor = Callable[[Any], Any]

_DIALECT: Any = PGDialectAsync_psycopg()  # type: ignore[no-untyped-call] # theirs


class Query:
    """A statement with named parameters, for `ReadSession.rows`: compiled once, when first used.

    Its rows are named tuples, with values of the types of its columns. A list is one parameter of
    an array's type, since the text does not depend on parameters: `column = any_(...)`.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._processors: tuple[tuple[int, Processor], ...] | None = None

    @property
    def text(self) -> str:
        """The statement as the driver takes it."""
        return self._form.text

    def given(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Give parameters in the driver's form, with those that the statement itself has."""
        form = self._form
        values = {**form.constants, **parameters}
        for name, process in form.binding:
            values[name] = process(values[name])
        return values

    def read(self, rows: list[tuple[Any, ...]], types: Sequence[Any]) -> list[Any]:
        """Give the driver's rows with values of our types; `types` describe its columns."""
        form = self._form
        if not rows:
            return []
        reading = self._reading(types)
        if not reading:
            return [form.row(*row) for row in rows]
        found = []
        for row in rows:
            values = list(row)
            for place, process in reading:
                values[place] = process(values[place])
            found.append(form.row(*values))
        return found

    def _reading(self, types: Sequence[Any]) -> tuple[tuple[int, Processor], ...]:
        """Give how values are read; the server's types of columns are the same each time."""
        if self._processors is None:
            self._processors = tuple(
                (place, found)
                for place, (column, told) in enumerate(zip(self._form.columns, types, strict=True))
                if (found := column.type._cached_result_processor(_DIALECT, told.type_code))  # noqa: SLF001
                is not None
            )
        return self._processors

    @cached_property
    def _form(self) -> _Form:
        compiled: Any = self._statement.compile(dialect=_DIALECT)
        assert not compiled.post_compile_params, str(compiled)
        binding = {
            name: found
            for name, bound in compiled.binds.items()
            if (found := bound.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)) is not None
        }
        columns = compiled._result_columns  # noqa: SLF001 - there is no other name for them
        names = [column.keyname for column in columns]
        return _Form(
            text=str(compiled),
            constants={n: bound.value for n, bound in compiled.binds.items() if not bound.required},
            binding=tuple(binding.items()),
            columns=tuple(columns),
            row=namedtuple("Row", names, rename=True),  # noqa: PYI024 - its fields are not known here
        )


@dataclass(frozen=True, slots=True)
class _Form:
    text: str
    constants: Mapping[str, Any]
    binding: tuple[tuple[str, Processor], ...]
    columns: tuple[Any, ...]
    row: Callable[..., Any]
