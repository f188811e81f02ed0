"""Spans for a collector, by OpenTelemetry; needs the extra `otel` and an endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from cantata.observability import tracing

_FORM = TraceContextTextMapPropagator()


class SpanSender:
    """Sends spans in batches, beside the work that they tell of."""

    def __init__(self, exporter: SpanExporter, service: str) -> None:
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("cantata")

    @contextmanager
    def open(self, parent: str, name: str, attributes: Mapping[str, str]) -> Iterator[str]:
        """Open a span under a parent's header, or of a new trace; give its header."""
        before = _FORM.extract({"traceparent": parent})
        with self._tracer.start_as_current_span(name, before, attributes=dict(attributes)):
            carried: dict[str, str] = {}
            _FORM.inject(carried)
            yield carried.get("traceparent") or tracing.continued(parent)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def send_to(endpoint: str, service: str) -> SpanSender:
    """Send the spans of this process to an OTLP collector over HTTP from now on."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - only then
        OTLPSpanExporter,
    )

    sender = SpanSender(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces"), service)
    tracing.export_to(sender)
    return sender
