"""Customers of the API: they ask, ask again under the same key when they get no answer, and look.

Whatever is killed, a customer is told one of three things: that it is refused and nothing was
changed, that it is recorded as an operation, or that she has to ask again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

PAUSE_SECONDS = 0.3
ANSWER_SECONDS_MAX = 900
"""Parts are killed again and again meanwhile, on a machine that others use as well."""

FINAL = frozenset({"completed", "failed", "cancelled"})
ASK_AGAIN = frozenset({429, 502, 503, 504})
RECORDED = frozenset({200, 202})
CONFLICT = "IDEMPOTENCY_CONFLICT"


@dataclass
class Heard:
    """What customers were told, all of them together.

    `operations` has the operation of each key that was recorded, `refused` the code for each that
    was not; `repeats` counts answers that were those of an earlier request, `answers` all that
    are no request to ask again.
    """

    operations: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    repeats: int = 0
    answers: int = 0
    lost: int = 0
    unavailable: Counter[str] = field(default_factory=Counter)


class Customer:
    """One party's user, or the issuer, with a key of her own."""

    def __init__(self, http: httpx2.AsyncClient, heard: Heard, key: str, party: str) -> None:
        self._http = http
        self._heard = heard
        self._bearer = {"Authorization": f"Bearer {key}"}
        self.party = party

    async def ask(self, path: str, body: Any, key: str = "") -> Mapping[str, Any] | None:
        """Ask for something as often as it takes to know; give its operation, None if refused."""
        key = key or str(uuid4())
        answer = await self._answered("POST", path, json=body, headers={"Idempotency-Key": key})
        operation = _operation(path, answer)
        if operation is None:
            assert key not in self._heard.operations, (key, answer.text)
            self._heard.refused[key] = answer.json()["code"]
            return None
        known = self._heard.operations.setdefault(key, operation["id"])
        assert known == operation["id"], (key, "one key, two operations")
        self._heard.repeats += answer.headers.get("Idempotency-Hit") == "true"
        return operation

    async def ask_twice(self, path: str, body: Any, other: Any) -> Mapping[str, Any] | None:
        """Ask, ask the same again, and try another request, if given, under the same key."""
        key = str(uuid4())
        first = await self.ask(path, body, key)
        if first is None:
            return None
        again = await self.ask(path, body, key)
        assert again is not None
        if other is None:
            return again
        headers = {"Idempotency-Key": key}
        refused = await self._answered("POST", path, json=other, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (409, CONFLICT), refused.text
        return again

    async def ended(self, operation: Mapping[str, Any], seconds: float) -> Mapping[str, Any]:
        """Look at an operation until its end, but no longer."""
        end = asyncio.get_running_loop().time() + seconds
        while operation["state"] not in FINAL and asyncio.get_running_loop().time() < end:
            operation = await self.get(f"/v1/operations/{operation['id']}", wait=1)
        return operation

    async def get(self, path: str, *, wait: int = 0, **parameters: Any) -> Any:
        """Read something, however often it takes."""
        headers = {"Prefer": f"wait={wait}"} if wait else {}
        answer = await self._answered("GET", path, params=parameters, headers=headers)
        assert answer.status_code == httpx2.codes.OK, (path, answer.status_code, answer.text)
        return answer.json()

    async def _answered(
        self, method: str, path: str, *, headers: Mapping[str, str], **more: Any
    ) -> httpx2.Response:
        """Send a request until it is answered; a server error is a defect, whatever was killed."""
        end = asyncio.get_running_loop().time() + ANSWER_SECONDS_MAX
        while True:
            try:
                answer = await self._http.request(
                    method, path, headers={**self._bearer, **headers}, **more
                )
            except httpx2.TransportError:
                self._heard.lost += 1
            else:
                if answer.status_code not in ASK_AGAIN:
                    self._heard.answers += 1
                    return answer
                self._heard.unavailable[answer.json()["code"]] += 1
            assert asyncio.get_running_loop().time() < end, f"{path} got no answer"
            await asyncio.sleep(PAUSE_SECONDS)


def _operation(path: str, answer: httpx2.Response) -> Mapping[str, Any] | None:
    """Give the operation of an answer; None if the request was refused and is none.

    The problem of an operation that has failed already names it.
    """
    told: Mapping[str, Any] = answer.json()
    if answer.status_code in RECORDED:
        return told
    assert 400 <= answer.status_code < 500, (path, answer.status_code, answer.text)
    if not told["operation"]:
        return None
    return {"id": told["operation"].rpartition("/")[2], "state": "failed", "result": None}


async def onboarded(http: httpx2.AsyncClient, heard: Heard, name: str) -> Customer:
    """Let somebody in, while nothing is killed, with a key: a session ends before all kills do."""
    body = {"email": f"{name}@example.com"}
    answer = await http.post("/v1/onboarding", json=body, headers={"Prefer": "wait=20"})
    assert answer.status_code == httpx2.codes.OK, answer.text
    found = answer.json()
    bearer = f"Bearer {found['session']['access_token']}"
    headers = {"Authorization": bearer, "Idempotency-Key": str(uuid4())}
    made = await http.post("/v1/keys", json={"name": name}, headers=headers)
    assert made.status_code == httpx2.codes.CREATED, made.text
    return Customer(http, heard, made.json()["secret"], found["party"])
