"""A trace goes on from the header that came, and its spans go to whoever collects them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cantata.observability import tracing
from cantata.observability.export import SpanSender

HEADER = f"00-{'ab' * 16}-{'cd' * 8}-01"


def test_a_span_goes_on_in_the_trace() -> None:
    with tracing.span(HEADER) as outer:
        assert tracing.current_trace() == "ab" * 16
        assert outer != HEADER
        with tracing.span() as inner:
            assert inner.split("-")[1] == "ab" * 16
    assert tracing.current_trace() == ""


def test_without_a_header_a_trace_begins() -> None:
    with tracing.span("nonsense") as header:
        assert len(header.split("-")[1]) == 32


class Collector:
    """Keeps the names of spans."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, dict[str, str]]] = []

    @contextmanager
    def open(self, parent: str, name: str, attributes: Mapping[str, str]) -> Iterator[str]:
        self.spans.append((name, dict(attributes)))
        yield tracing.continued(parent)


def test_spans_are_collected() -> None:
    collector = Collector()
    tracing.export_to(collector)
    try:
        with tracing.span(HEADER, "automation.step", kind="tokens.mint"), tracing.span():
            pass
    finally:
        tracing.export_to(tracing.NoExporter())
    assert collector.spans == [("automation.step", {"kind": "tokens.mint"})]


def test_spans_go_to_opentelemetry() -> None:
    """One trace: what is sent belongs to the trace of the header, and so does what is below."""
    collected = InMemorySpanExporter()
    sender = SpanSender(collected, "worker")
    tracing.export_to(sender)
    try:
        with tracing.span(HEADER, "outer", kind="k") as outer, tracing.span("", "inner"):
            pass
    finally:
        tracing.export_to(tracing.NoExporter())
        sender.close()
    inner, above = collected.get_finished_spans()
    assert (inner.name, above.name) == ("inner", "outer")
    assert outer.split("-")[1] == "ab" * 16
    assert above.context is not None
    assert {f"{span.context.trace_id:032x}" for span in (inner, above) if span.context} == {
        "ab" * 16
    }
    assert inner.parent is not None
    assert inner.parent.span_id == above.context.span_id
