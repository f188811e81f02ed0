"""Findings: what is wrong, with which values, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from cantata.kernel.time import RelTime

SKEW_MAX = RelTime.of(seconds=10)


class Finding(Enum):
    """What the doctor knows to be wrong."""

    DATABASE_DOWN = "database_down"
    SCHEMA_EMPTY = "schema_empty"
    SCHEMA_OUTDATED = "schema_outdated"
    SCHEMA_UNKNOWN = "schema_unknown"
    """The database was migrated by a later version."""
    LEDGER_DOWN = "ledger_down"
    LEDGER_FAULTY = "ledger_faulty"
    LEDGER_FOREIGN = "ledger_foreign"
    TOKEN_EXPIRED = "token_expired"
    TOKEN_REFUSED = "token_refused"
    ISSUER_DOWN = "issuer_down"
    """Who gives access tokens cannot be reached."""
    RIGHTS_MISSING = "rights_missing"
    """Our user of the participant may not do what it has to."""
    CONTRACTS_MISSING = "contracts_missing"
    INGESTION_HALTED = "ingestion_halted"
    STREAM_LAGGING = "stream_lagging"
    CLOCK_SKEWED = "clock_skewed"
    DISK_SHORT = "disk_short"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One thing that is wrong: what, as a sentence with values, and what to do next."""

    finding: Finding
    message: str
    remedy: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is still healthy.

    A stream that is further behind, or behind and without progress while it is `watched_ms`, lags.
    """

    disk_bytes_min: int = 1 << 30
    skew_max: RelTime = SKEW_MAX
    behind_max: int = 10_000
    watched_ms: int = 1_500
