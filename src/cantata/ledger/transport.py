"""Requests to a ledger over HTTP: token, time-out, circuit breaker, and the error it means."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

import httpx2
import stamina

from cantata.kernel.time import Clock, SystemClock
from cantata.ledger.breaker import CircuitBreaker
from cantata.ledger.errors import (
    LedgerError,
    LedgerFault,
    MalformedAnswer,
    NotAuthenticated,
    OutcomeUnknown,
    Retryable,
    Unreachable,
    answer_of,
    error_of,
)
from cantata.ledger.settings import RetrySettings, Settings
from cantata.ledger.tokens import StaticToken, TokenProvider
from cantata.ledger.tracing import traceparent

T = TypeVar("T")
Query = Mapping[str, str | int | bool | list[str]]

UNSENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)
"""Failures of a request of which the ledger has seen nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request: `body` is JSON, `content` bytes instead; `is_command` waits as for commands."""

    method: str
    path: str
    body: Any = None
    content: bytes | None = None
    query: Query | None = None
    is_command: bool = False


def may_retry(error: Exception) -> bool:
    """Tell whether what failed may be sent again, if sending it twice does no harm."""
    if isinstance(error, LedgerFault | MalformedAnswer):
        return False
    return isinstance(error, Retryable | OutcomeUnknown)


class Transport:
    """Sends requests to one participant; close it, or use it in `async with`."""

    def __init__(
        self,
        settings: Settings,
        *,
        tokens: TokenProvider | None = None,
        clock: Clock | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock if clock is not None else SystemClock()
        self.tokens = tokens if tokens is not None else StaticToken()
        self.breaker = CircuitBreaker(self.clock, settings.breaker)
        self._http = httpx2.AsyncClient(
            base_url=settings.url,
            transport=transport,
            timeout=_timeout(settings, is_command=False),
            limits=httpx2.Limits(max_connections=settings.connections_max),
            trust_env=False,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def read(self, call: Call) -> Any:
        """Send what changes nothing, again if need be; give JSON."""
        return parsed(await self.read_bytes(call))

    async def read_bytes(self, call: Call) -> bytes:
        """Send what changes nothing, again if need be; give the body as it is."""
        return await retried(self.settings.retries, lambda: self.send_bytes(call))

    async def send(self, call: Call) -> Any:
        """Send once; give JSON, or raise what the answer means."""
        return parsed(await self.send_bytes(call))

    async def send_bytes(self, call: Call) -> bytes:
        """Send once, and once more with a new token if the token was refused."""
        try:
            return await self._admitted(call)
        except NotAuthenticated:
            self.tokens.forget()
            if isinstance(self.tokens, StaticToken):
                raise
        return await self._admitted(call)

    async def _admitted(self, call: Call) -> bytes:
        headers = await self._headers(call)
        self.breaker.admit()
        try:
            status, content = await self._exchange(call, headers)
        except httpx2.HTTPError as error:
            self.breaker.failed()
            raise _failure(error, self.settings.url) from error
        except BaseException:
            self.breaker.abandoned()
            raise
        if status < httpx2.codes.BAD_REQUEST:
            self.breaker.succeeded()
            return content
        refusal = _refusal(status, content)
        self._report(refusal)
        raise refusal

    def _report(self, error: LedgerError) -> None:
        """Count what says that the ledger is down, but not that it is busy with one command."""
        if isinstance(error, OutcomeUnknown) and error.answer.category not in {2, 3}:
            self.breaker.failed()
        else:
            self.breaker.succeeded()

    async def _headers(self, call: Call) -> dict[str, str]:
        headers = {"traceparent": traceparent()}
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        if call.content is not None:
            headers["Content-Type"] = "application/octet-stream"
        token = await self.tokens.token()
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return headers

    async def _exchange(self, call: Call, headers: dict[str, str]) -> tuple[int, bytes]:
        content = call.content
        if call.body is not None:
            content = json.dumps(call.body, ensure_ascii=True).encode()
        async with self._http.stream(
            call.method,
            call.path,
            content=content,
            params=None if call.query is None else dict(call.query),
            headers=headers,
            timeout=_timeout(self.settings, is_command=call.is_command),
        ) as answer:
            chunks = bytearray()
            async for chunk in answer.aiter_bytes():
                chunks += chunk
                if len(chunks) > self.settings.answer_bytes_max:
                    raise MalformedAnswer(f"the answer to {call.path} has no end")
            return answer.status_code, bytes(chunks)


async def retried(settings: RetrySettings, action: Callable[[], Awaitable[T]]) -> T:
    """Do what does no harm if done twice, again with growing waits while it may help."""
    async for attempt in stamina.retry_context(
        on=may_retry,
        attempts=settings.attempts,
        timeout=settings.seconds,
        wait_initial=dt.timedelta(milliseconds=settings.first_wait_ms),
        wait_max=dt.timedelta(milliseconds=settings.longest_wait_ms),
        wait_jitter=dt.timedelta(milliseconds=settings.jitter_ms),
    ):
        with attempt:
            return await action()
    raise AssertionError("the last attempt returns or raises")


def parsed(content: bytes | str) -> Any:
    """Read JSON as a ledger sends it; raise `MalformedAnswer`."""
    try:
        return json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise MalformedAnswer("the ledger's answer is no JSON") from None


def _timeout(settings: Settings, *, is_command: bool) -> httpx2.Timeout:
    timeouts = settings.timeouts
    read = timeouts.command if is_command else timeouts.read
    return httpx2.Timeout(read, connect=timeouts.connect, pool=timeouts.connect)


def _failure(error: httpx2.HTTPError, url: str) -> LedgerError:
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    if isinstance(error, UNSENT):
        return Unreachable(f"{url} cannot be reached ({what})")
    return OutcomeUnknown(f"{url} gave no answer ({what})")


def _refusal(status: int, content: bytes) -> LedgerError:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = content.decode(errors="replace")
    return error_of(answer_of(body, status))
