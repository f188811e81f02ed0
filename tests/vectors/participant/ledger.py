"""One recording against one live ledger, exchange by exchange."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.vectors.participant.causes import causes
from tests.vectors.participant.comparison import differences, is_error
from tests.vectors.participant.dars import Dars
from tests.vectors.participant.exchanges import Exchange
from tests.vectors.participant.sending import Outgoing, outgoing, reissued_headers, send
from tests.vectors.participant.signing import resigned
from tests.vectors.participant.sockets import converse, socket_differences
from tests.vectors.participant.translation import Translation

Json = Any

LEDGER_END = "/v2/state/ledger-end"
AFTER_END = "OFFSET_AFTER_LEDGER_END"


class Result(NamedTuple):
    """How our answer differs from that of an exchange, and both causes if it is a refusal."""

    exchange: Exchange
    found: list[str]
    causes: tuple[str, str] | None


class Replay:
    """Replays a recording whose DARs are at hand."""

    def __init__(self, host: str, port: int, dars: Dars) -> None:
        self._host = host
        self._port = port
        self._dars = dars
        self._known = Translation(resigned)
        self._recorded_now = 0.0

    def run(self, exchanges: list[Exchange]) -> Iterator[Result]:
        """Give what became of each exchange that has an answer to compare with."""
        self._recorded_now = next((moment for each in exchanges for moment in each.times), 0.0)
        for exchange in exchanges:
            live = self._answer(exchange)
            part = "received" if exchange.socket else "body"
            self._known.learn(exchange.response.get(part), live.get(part))
            if not exchange.withheld:
                compared = socket_differences if exchange.socket else differences
                said = None if exchange.socket else causes(exchange.response, live)
                yield Result(exchange, compared(exchange.response, live), said)

    def _answer(self, exchange: Exchange) -> dict[str, Json]:
        self._recorded_now = max([*exchange.times, self._recorded_now])
        later = self._later()
        self._known.end = None if _is_after_end(exchange) else self._end(exchange, later)
        if exchange.socket:
            return converse(self._host, self._port, exchange, self._known, later)
        request = outgoing(exchange, self._known, self._dars.find, later)
        return send(self._host, self._port, request)

    def _end(self, exchange: Exchange, later: int) -> int | None:
        """Give the end of the live log; None for one whose end the caller may not see."""
        headers = exchange.request.get("headers", {})
        request = Outgoing("GET", LEDGER_END, None, reissued_headers(headers, later))
        answer = send(self._host, self._port, request)
        offset = answer["body"].get("offset") if isinstance(answer["body"], dict) else None
        return offset if isinstance(offset, int) else None

    def _later(self) -> int:
        """Give by how many seconds now is later than the recorded now."""
        return round(time.time() - self._recorded_now) if self._recorded_now else 0


def _is_after_end(exchange: Exchange) -> bool:
    """Tell whether a request was refused because it asked for more than the log had."""
    answers = exchange.response.get("received") or [exchange.response.get("body")]
    return any(is_error(each) and each["code"] == AFTER_END for each in answers)
