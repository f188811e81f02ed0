"""What is measured of treasuries; labels name treasuries by party, instruments by their id."""

from __future__ import annotations

from prometheus_client import Gauge

from cantata.observability.metrics import REGISTRY

DIFFERENCES = Gauge(
    "cantata_treasury_differences",
    "Differences that the last comparison of treasuries, books and ledger found",
    registry=REGISTRY,
)
RECONCILED = Gauge(
    "cantata_treasury_reconciled_seconds",
    "Time of the last comparison of treasuries, books and ledger",
    registry=REGISTRY,
)
