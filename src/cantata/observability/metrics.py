"""Metrics for Prometheus, one registry a process; each has the unit in its name."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry(auto_describe=True)

UPDATES = Counter("cantata_ingested_updates", "Updates ingested", registry=REGISTRY)
BATCH_SIZE = Histogram(
    "cantata_ingestion_batch_updates",
    "Updates in one database transaction",
    buckets=(1, 2, 5, 10, 50, 100, 500, 1_000, 2_000),
    registry=REGISTRY,
)
OFFSET = Gauge("cantata_ingested_offset", "Last offset that is ingested", registry=REGISTRY)
RECORD_TIME = Gauge(
    "cantata_ingested_record_time_seconds",
    "Record time of the last update or checkpoint ingested",
    registry=REGISTRY,
)
HALTED = Gauge(
    "cantata_ingestion_halted",
    "1 while ingestion stands still on purpose",
    labelnames=("code",),
    registry=REGISTRY,
)
FAILURES = Counter(
    "cantata_failures",
    "Failures that a process goes on after",
    labelnames=("part", "code"),
    registry=REGISTRY,
)
ALARMS = Counter(
    "cantata_alarms",
    "What should never happen, and somebody has to look at",
    labelnames=("alarm",),
    registry=REGISTRY,
)
RECONCILIATION_OFFSET = Gauge(
    "cantata_reconciliation_offset",
    "Offset of the last comparison of projections and ledger",
    registry=REGISTRY,
)
RECONCILIATION_DIFFERENCES = Gauge(
    "cantata_reconciliation_differences",
    "Differences that the last comparison of projections and ledger found",
    registry=REGISTRY,
)
INTENTS = Gauge(
    "cantata_intents", "Unfinished intents", labelnames=("kind", "state"), registry=REGISTRY
)
SUBMISSIONS = Counter(
    "cantata_submissions",
    "Commands handed to the ledger",
    labelnames=("kind", "outcome"),
    registry=REGISTRY,
)
WEBHOOKS = Counter(
    "cantata_webhook_requests",
    "Requests to webhooks",
    labelnames=("outcome",),
    registry=REGISTRY,
)
REQUESTS = Histogram(
    "cantata_http_request_seconds",
    "Time to answer a request",
    labelnames=("route", "method", "status"),
    registry=REGISTRY,
)


def exposition() -> bytes:
    """Give all metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)
