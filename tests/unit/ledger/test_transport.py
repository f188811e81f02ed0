"""Requests carry what they should, are repeated when that helps, and fail as what they mean."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import stamina

from cantata.kernel.time import ManualClock, RelTime, Timestamp
from cantata.ledger import errors
from cantata.ledger.breaker import CircuitOpen
from cantata.ledger.settings import Settings
from cantata.ledger.tokens import ClientCredentials, Credentials, StaticToken
from cantata.ledger.tracing import current_traceparent, traceparent
from cantata.ledger.transport import Call, Transport

END = Call(method="GET", path="/v2/state/ledger-end")
Handler = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


def made(handler: Handler, **others: Any) -> Transport:
    return Transport(Settings("http://ledger"), transport=httpx2.MockTransport(handler), **others)


def busy(category: int, code: str = "X") -> httpx2.Response:
    return httpx2.Response(
        409, json={"code": code, "cause": "busy", "errorCategory": category, "context": {}}
    )


def failing(kind: type[httpx2.TransportError]) -> Handler:
    def handler(request: httpx2.Request) -> httpx2.Response:
        msg = "broken"
        raise kind(msg, request=request)

    return handler


def test_reads_are_repeated_until_they_succeed() -> None:
    answers = [busy(2), httpx2.Response(503, text="late"), httpx2.Response(200, json={"offset": 7})]
    seen: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return answers[len(seen) - 1]

    assert asyncio.run(made(handler).read(END)) == {"offset": 7}
    assert len({request.headers["traceparent"] for request in seen}) == 3


@pytest.mark.parametrize("category", [4, 5, 7, 8, 9, 10, 11, 14])
def test_refusals_are_not_repeated(category: int) -> None:
    seen: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return busy(category)

    with pytest.raises(errors.LedgerError):
        asyncio.run(made(handler).read(END))
    assert len(seen) == 1


@pytest.mark.parametrize(
    "kind,meaning",
    [
        (httpx2.ConnectError, errors.Unreachable),
        (httpx2.ConnectTimeout, errors.Unreachable),
        (httpx2.PoolTimeout, errors.Unreachable),
        (httpx2.ReadTimeout, errors.OutcomeUnknown),
        (httpx2.ReadError, errors.OutcomeUnknown),
        (httpx2.WriteError, errors.OutcomeUnknown),
        (httpx2.RemoteProtocolError, errors.OutcomeUnknown),
    ],
)
def test_failures_tell_whether_something_was_sent(
    kind: type[httpx2.TransportError], meaning: type[errors.LedgerError]
) -> None:
    with pytest.raises(errors.LedgerError) as caught:
        asyncio.run(made(failing(kind)).send(END))
    assert type(caught.value) is meaning


def test_breaker_holds_requests_back_and_lets_them_pass_again() -> None:
    clock = ManualClock(Timestamp(0))
    transport = made(failing(httpx2.ConnectError), clock=clock)

    async def play() -> None:
        for _ in range(5):
            with pytest.raises(errors.Unreachable):
                await transport.send(END)
        with pytest.raises(CircuitOpen):
            await transport.send(END)
        clock.advance(RelTime.of(seconds=10))
        with pytest.raises(errors.Unreachable) as caught:
            await transport.send(END)
        assert not isinstance(caught.value, CircuitOpen)

    asyncio.run(play())


@pytest.mark.parametrize("content", [b"", b"<html>", b"[" * 200_000, b'{"a": "\xff"}'])
def test_what_is_no_json_is_told(content: bytes) -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=content)

    with pytest.raises(errors.MalformedAnswer):
        asyncio.run(made(handler).read(END))


def test_endless_answers_are_cut() -> None:
    settings = Settings("http://ledger", answer_bytes_max=1_000)

    def handler(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=b" " * 2_000)

    transport = Transport(settings, transport=httpx2.MockTransport(handler))
    with pytest.raises(errors.MalformedAnswer):
        asyncio.run(transport.read(END))


def test_static_token_is_sent() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        assert request.headers["authorization"] == "Bearer abc"
        return httpx2.Response(200, json={})

    asyncio.run(made(handler, tokens=StaticToken("abc")).read(END))
    assert "abc" not in repr(StaticToken("abc"))


def test_tokens_are_renewed_before_they_end_and_when_refused() -> None:
    clock = ManualClock(Timestamp(0))
    issued: list[int] = []
    refused = {"Bearer t3"}

    def handler(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/token":
            issued.append(len(issued) + 1)
            return httpx2.Response(200, json={"access_token": f"t{len(issued)}", "expires_in": 100})
        token = request.headers["authorization"]
        if token in refused:
            return httpx2.Response(
                401,
                json={"code": "NA", "cause": "", "errorCategory": -1, "grpcCodeValue": 16},
            )
        return httpx2.Response(200, json={"token": token})

    mock = httpx2.MockTransport(handler)
    credentials = Credentials("http://issuer/token", "me", "hidden")
    assert "hidden" not in repr(credentials)

    async def play() -> None:
        tokens = ClientCredentials(credentials, mock, clock)
        transport = Transport(Settings("http://ledger"), transport=mock, tokens=tokens, clock=clock)
        assert await transport.read(END) == {"token": "Bearer t1"}
        assert await transport.read(END) == {"token": "Bearer t1"}
        clock.advance(RelTime.of(seconds=80))
        assert await transport.read(END) == {"token": "Bearer t2"}
        clock.advance(RelTime.of(seconds=80))
        assert await transport.read(END) == {"token": "Bearer t4"}

    asyncio.run(play())


def test_spans_stay_in_the_callers_trace() -> None:
    parent = f"00-{'ab' * 16}-{'cd' * 8}-00"
    mark = current_traceparent.set(parent)
    try:
        child = traceparent()
    finally:
        current_traceparent.reset(mark)
    assert child.split("-")[1] == "ab" * 16
    assert child != parent
    assert child.endswith("-00")
