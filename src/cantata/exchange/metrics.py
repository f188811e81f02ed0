"""What is measured of treasuries; labels name treasuries by party, instruments by admin and id."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

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
HOLDINGS = Gauge(
    "cantata_treasury_holdings",
    "Holdings of treasuries, by what they are good for",
    labelnames=("treasury", "instrument", "sort"),
    registry=REGISTRY,
)
POOL_MISSING = Gauge(
    "cantata_treasury_pool_missing",
    "Large holdings that a pool lacks of those it should have",
    labelnames=("treasury", "instrument"),
    registry=REGISTRY,
)
DEPOSITS = Gauge(
    "cantata_exchange_deposits",
    "Deposits that somebody has to do something about",
    labelnames=("treasury", "state"),
    registry=REGISTRY,
)
WITHDRAWALS = Gauge(
    "cantata_exchange_withdrawals",
    "Withdrawals that have not ended",
    labelnames=("treasury", "state"),
    registry=REGISTRY,
)
DEPOSITS_SINCE = Gauge(
    "cantata_exchange_deposits_oldest_seconds",
    "Age of the oldest deposit in a state that somebody has to do something about",
    labelnames=("treasury", "state"),
    registry=REGISTRY,
)
WITHDRAWALS_SINCE = Gauge(
    "cantata_exchange_withdrawals_oldest_seconds",
    "Age of the oldest withdrawal in a state that is no end",
    labelnames=("treasury", "state"),
    registry=REGISTRY,
)
UNRECOGNISED = Gauge(
    "cantata_exchange_unrecognised",
    "Entries of a treasury's history that nothing explains",
    labelnames=("treasury",),
    registry=REGISTRY,
)
PAYING = Gauge(
    "cantata_treasury_paying",
    "1 if a treasury pays withdrawals, 0 if it is disabled or not safe yet after a restore",
    labelnames=("treasury",),
    registry=REGISTRY,
)
PREAPPROVED = Gauge(
    "cantata_treasury_preapproved_seconds",
    "Time that is left until a pre-approval of a treasury ends; 0 if there is none",
    labelnames=("treasury", "instrument"),
    registry=REGISTRY,
)
TRAFFIC = Gauge(
    "cantata_traffic_remaining_bytes",
    "Traffic that is left of what the participant bought, when it was last asked for",
    registry=REGISTRY,
)
TRAFFIC_RESERVE = Gauge(
    "cantata_traffic_reserve_bytes",
    "Traffic below which the exchange sends nothing",
    registry=REGISTRY,
)
TRAFFIC_CHECKED = Gauge(
    "cantata_traffic_checked_seconds", "Time when traffic was last asked for", registry=REGISTRY
)
REGISTRY_REQUESTS = Counter(
    "cantata_registry_requests",
    "Requests to registries of tokens, by what came of them: OK, or the code of an error",
    labelnames=("registry", "outcome"),
    registry=REGISTRY,
)
