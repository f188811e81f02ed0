"""One table from errors of the layers below to refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cantata.kernel.errors import CantataError
from cantata.lf.archive.errors import ArchiveError
from cantata.lf.codec.errors import MalformedJson, MissingFields, ValueRefused
from cantata.lf.runtime.errors import FailureStatus, InterpretationError
from cantata.sandbox.commands import PackageNamesNotFound, PackageSelectionFailed, TemplatesNotFound
from cantata.sandbox.commands.body import MalformedBody
from cantata.sandbox.engine.errors import (
    InactiveInputs,
    LedgerError,
    MissingField,
    PackageNameNotVetted,
    PackagesNotVetted,
    PreprocessingError,
    UnknownInformees,
)
from cantata.sandbox.participant.errors.codes import CATEGORY_OF
from cantata.sandbox.participant.errors.refusal import MalformedRequest, Origin, Refusal


def refusal_of(error: CantataError) -> Refusal | MalformedRequest | None:
    """Give the refusal that an error stands for; None for one that is a fault of this program.

    An error that is not in the table (a store's, say) is the node's own if its code is known.
    """
    for kind, translate in _TABLE.items():
        if isinstance(error, kind):
            return translate(error)
    if error.code in CATEGORY_OF:
        return Refusal(error.code, error.message, context=error.context)
    return None


def _same(error: Any) -> Any:
    return error


def _text(error: MalformedBody) -> MalformedRequest:
    return MalformedRequest(error.text)


def _value(error: ValueRefused) -> Refusal:
    return Refusal(error.code, error.message, origin=Origin.REQUEST, category=error.category)


def _missing_fields(error: MissingFields) -> Refusal:
    return Refusal(error.code, error.message, origin=Origin.JSON, category=error.category)


def _node(error: LedgerError) -> Refusal:
    return _ledger(error, Origin.NODE)


def _request(error: LedgerError) -> Refusal:
    return _ledger(error, Origin.REQUEST)


def _ledger(error: LedgerError, origin: Origin) -> Refusal:
    return Refusal(
        error.code,
        error.message,
        origin=origin,
        context=error.context,
        resources=error.resources,
        category=error.category,
    )


def _interpretation(error: InterpretationError) -> Refusal:
    context = dict(error.context)
    if isinstance(error, FailureStatus):
        context = {**error.metadata, **context, "error_id": error.error_id}
    return Refusal(
        error.code,
        error.full_message,
        origin=Origin.REQUEST,
        context=context,
        resources=error.written_resources,
        category=error.category,
    )


def _archive(error: ArchiveError) -> Refusal:
    code = error.code if error.code in CATEGORY_OF else "DAR_PARSE_ERROR"
    return Refusal(code, "Failed to parse the dar file content.", context={"reason": error.message})


def _json(error: MalformedJson) -> MalformedRequest:
    return MalformedRequest(f"Invalid value for: body ({error.message})")


_TABLE: Mapping[type[CantataError], Callable[[Any], Refusal | MalformedRequest]] = {
    Refusal: _same,
    MalformedRequest: _same,
    MalformedBody: _text,
    MalformedJson: _json,
    MissingFields: _missing_fields,
    ValueRefused: _value,
    PackageNamesNotFound: _node,
    PackageSelectionFailed: _node,
    TemplatesNotFound: _node,
    UnknownInformees: _node,
    PackagesNotVetted: _node,
    PackageNameNotVetted: _node,
    InactiveInputs: _node,
    MissingField: _node,
    PreprocessingError: _request,
    LedgerError: _request,
    InterpretationError: _interpretation,
    ArchiveError: _archive,
}
"""Translations by class; the first that fits counts, so subclasses stand before their base."""
