"""What requests and answers about batches hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from cantata.http.errors import RowFault
from cantata.http.schemas import Answer, FieldError, Request
from cantata.tokens.batches.model import ROWS_MAX, Mode, Operation, RowState
from cantata.tokens.batches.service import Progress
from cantata.tokens.batches.wishes import about
from cantata.tokens.repository.batches import RowOutcome
from cantata.tokens.schemas.requests import TokenRef


class BatchRequest(Request):
    """Mints, transfers or burns of one token; members of rows are those of the CSV's columns."""

    operation: Operation = Field(strict=False)
    mode: Mode = Field(strict=False)
    token: TokenRef
    rows: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=ROWS_MAX,
        description="Mints have receiver and amount, burns owner and amount, transfers sender,"
        " receiver and amount; all may have key and memo, transfers execute_before",
    )


class Counts(Answer):
    """How many rows are how far."""

    refused: int
    under_way: int
    completed: int
    failed: int

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Counts:
        """Show counts."""
        return cls(**{state.value: counts.get(state.value, 0) for state in RowState})


class BatchAnswer(Answer):
    """A batch, and how far it is."""

    id: str
    operation: Operation
    mode: Mode
    token: str = Field(description="Issuer and symbol")
    rows: int
    sha256: str = Field(description="Hash of what was asked for")
    state: str = Field(description="`under_way` until nothing more happens to any row")
    counts: Counts
    update_id: str | None = Field(description="The transaction that carried out all of it")
    created_at: str

    @classmethod
    def of(cls, progress: Progress) -> BatchAnswer:
        """Show a batch."""
        intent = progress.intent
        said = about(intent.wish.request)
        assert said is not None, intent.id
        return cls(
            id=str(intent.id),
            operation=Operation(said["operation"]),
            mode=Mode(said["mode"]),
            token=intent.wish.subject,
            rows=said["rows"],
            sha256=said["sha256"],
            state="over" if progress.is_over else "under_way",
            counts=Counts.of(progress.counts),
            update_id=intent.update_id or None,
            created_at=str(intent.created_at),
        )


class BatchPreview(Answer):
    """What a batch would do, without doing it."""

    dry_run: bool = True
    operation: Operation
    mode: Mode
    rows: int
    accepted: int
    ledger_asked: bool = Field(
        description="Whether the ledger was asked; it is for a batch of one command, not for the"
        " rows of others, nor before receivers have consented"
    )
    errors: list[FieldError]


class RowAnswer(Answer):
    """A row of a batch and what became of it."""

    line: int
    key: str | None
    sender: str | None
    receiver: str | None
    amount: str | None
    memo: str
    state: str
    operation: str | None = Field(description="What carries it: see /v1/operations")
    update_id: str | None
    errors: list[FieldError]

    @classmethod
    def of(cls, outcome: RowOutcome) -> RowAnswer:
        """Show a row; why it was refused, or why its operation failed."""
        row = outcome.row
        return cls(
            line=row.line,
            key=row.key or None,
            sender=row.sender,
            receiver=row.receiver,
            amount=None if row.amount is None else str(row.amount),
            memo=row.memo,
            state=outcome.state,
            operation=None if row.intent is None else str(row.intent),
            update_id=outcome.update_id or None,
            errors=[fault_answer(fault) for fault in faults_of(outcome)],
        )


class BatchRows(Answer):
    """A page of rows, by line."""

    items: list[RowAnswer]
    next_cursor: str | None


def faults_of(outcome: RowOutcome) -> list[RowFault]:
    """Give why a row was refused, or why what it asked for failed."""
    row = outcome.row
    found = [
        RowFault(row.line, fault["column"], fault["code"], fault["message"]) for fault in row.faults
    ]
    if outcome.failure is not None:
        failure = outcome.failure
        found.append(RowFault(row.line, "", failure["code"], failure["message"]))
    return found


def fault_answer(fault: RowFault) -> FieldError:
    """Show what is wrong with a row."""
    return FieldError(
        field=f"line {fault.line}" + (f", column {fault.column}" if fault.column else ""),
        code=fault.code,
        message=fault.message,
        line=fault.line,
        column=fault.column or None,
    )


def described() -> dict[str, Any]:
    """Give the schema of a request, in one piece."""
    schema = BatchRequest.model_json_schema()
    parts = schema.pop("$defs")

    def inlined(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return inlined(parts[node["$ref"].rpartition("/")[2]])
            return {name: inlined(value) for name, value in node.items()}
        return [inlined(each) for each in node] if isinstance(node, list) else node

    found: dict[str, Any] = inlined(schema)
    return found
