"""The three outcomes of a submission: done, refused, unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from cantata.ledger.errors import LedgerError, OutcomeUnknown

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Done(Generic[T_co]):
    """It is recorded; `earlier` if by a try before this one, as deduplication told."""

    value: T_co
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not recorded and never will be under this change id, unless it is sent again."""

    error: LedgerError


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may be recorded; its completion, if there is one, comes after the offset `since`."""

    error: OutcomeUnknown
    since: int


Outcome: TypeAlias = Done[T_co] | Refused | Unknown


def value_of(outcome: Outcome[T_co]) -> T_co:
    """Give what was done, or raise the error of the outcome."""
    if isinstance(outcome, Done):
        return outcome.value
    raise outcome.error
