"""Asks a Scan, or a validator's proxy of one, how much traffic a participant has left.

The JSON Ledger API tells what a transaction cost, and has no call for what is left.
"""

from __future__ import annotations

import json
from urllib.parse import quote

import httpx2

from cantata.exchange.traffic.errors import TrafficUnknown
from cantata.exchange.traffic.model import Allowance

ANSWER_BYTES_MAX = 64 * 1024
ANSWER_SECONDS = 10
BYTES_MAX = (1 << 63) - 1
MEMBER = "PAR"
"""What a participant's id begins with where members of a synchronizer are named."""


class Scan:
    """Asks one address."""

    def __init__(self, url: str, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        self._transport = transport

    async def allowance(self, synchronizer: str, participant: str) -> Allowance:
        """Give the allowance of a participant at a synchronizer; raise TrafficUnknown."""
        member = quote(f"{MEMBER}::{participant}", safe="")
        path = f"/v0/domains/{quote(synchronizer, safe='')}/members/{member}/traffic-status"
        content = await self._asked(path)
        try:
            actual = json.loads(content)["traffic_status"]["actual"]
            limit, consumed = actual["total_limit"], actual["total_consumed"]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            reason = f"the answer cannot be read ({type(error).__name__})"
            raise TrafficUnknown(self.url, reason) from error
        for number in (limit, consumed):
            if type(number) is not int or not 0 <= number <= BYTES_MAX:
                raise TrafficUnknown(self.url, "the answer has no numbers of bytes")
        return Allowance(limit=limit, consumed=consumed)

    async def _asked(self, path: str) -> bytes:
        content = bytearray()
        try:
            async with (
                httpx2.AsyncClient(
                    transport=self._transport,
                    timeout=ANSWER_SECONDS,
                    follow_redirects=False,
                    trust_env=False,
                ) as client,
                client.stream("GET", f"{self.url}{path}") as answer,
            ):
                if answer.status_code != httpx2.codes.OK:
                    raise TrafficUnknown(self.url, f"status {answer.status_code}")
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > ANSWER_BYTES_MAX:
                        raise TrafficUnknown(self.url, "the answer has no end")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise TrafficUnknown(self.url, type(error).__name__) from error
        return bytes(content)
