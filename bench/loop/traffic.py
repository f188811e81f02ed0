"""Traffic over HTTP: parties that are let in, and mints and transfers between them."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter, time
from typing import Any
from urllib.parse import urlsplit

import httpx2

SYMBOL = "GOLD"
ENDOWMENT = "100000"
SPLIT = 40
"""Holdings that each party begins with."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who was let in."""

    token: str
    party: str


@dataclass(frozen=True, slots=True)
class Cast:
    """The issuer of the token, and its holders, who agreed to receive it."""

    issuer: Member
    holders: Sequence[Member]


async def prepared(url: str, holders: int) -> Cast:
    """Let everybody in, create the token, and give each holder something to spend."""
    async with httpx2.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
        issuer = await _onboarded(http)
        body = {
            "issuer": issuer.party,
            "name": "Gold",
            "symbol": SYMBOL,
            "currency": "XAU",
            "decimals": 2,
            "cap": None,
        }
        await _changed(http, issuer, "/v1/tokens", body)
        members = [await _onboarded(http) for _ in range(holders)]
        token = {"admin": issuer.party, "id": SYMBOL}
        for each in members:
            consent = {"token": token, "receiver": each.party}
            await _changed(http, each, "/v1/preapprovals", consent)
        for each in members:
            mint = {"token": token, "receiver": each.party, "amount": ENDOWMENT}
            await _changed(http, issuer, "/v1/mints", mint)
            part = str(int(ENDOWMENT) // SPLIT)
            split = {"token": token, "owner": each.party, "amounts": [part] * SPLIT}
            await _changed(http, each, "/v1/rearrangements", split)
    return Cast(issuer, members)


def requests(cast: Cast, count: int, url: str, seed: int = 1) -> list[bytes]:
    """Give requests as bytes: mints and transfers in turn, senders and receivers at random."""
    chosen = random.Random(seed)
    token = {"admin": cast.issuer.party, "id": SYMBOL}
    made: list[bytes] = []
    for number in range(count):
        sender, receiver = chosen.sample(list(cast.holders), 2)
        amount = f"{chosen.randint(1, 40)}.{chosen.randint(0, 99):02}"
        body = {"token": token, "receiver": receiver.party, "amount": amount}
        if number % 2:
            made.append(_request(url, cast.issuer, "/v1/mints", body))
        else:
            made.append(_request(url, sender, "/v1/transfers", {**body, "sender": sender.party}))
    return made


@dataclass(frozen=True, slots=True)
class Sent:
    """What sending took: from when to when, and each answer's seconds."""

    begun: float
    ended: float
    seconds: Sequence[float]
    operations: Sequence[str]


async def send(url: str, made: Sequence[bytes], in_flight: int, rate: float) -> Sent:
    """Send requests over so many connections, all at once or at a rate a second."""
    waiting = iter(enumerate(made))
    seconds = [0.0] * len(made)
    operations = [""] * len(made)
    begun, start = time(), perf_counter()

    async def connection() -> None:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for number, request in waiting:
            if rate:
                await asyncio.sleep(max(0.0, start + number / rate - perf_counter()))
            sent = perf_counter()
            writer.write(request)
            operations[number] = await _answer(reader)
            seconds[number] = perf_counter() - sent
        writer.close()

    await asyncio.gather(*(connection() for _ in range(in_flight)))
    return Sent(begun, time(), seconds, operations)


async def _answer(reader: asyncio.StreamReader) -> str:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    size = next(int(line[15:]) for line in lines if line.startswith("content-length:"))
    body = await reader.readexactly(size)
    if not head.startswith(b"HTTP/1.1 202"):
        raise SystemExit(f"the API refused: {lines[0]} {body.decode()[:500]}")
    operation: str = json.loads(body)["id"]
    return operation


def _request(url: str, member: Member, path: str, body: Any) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n"
        f"Authorization: Bearer {member.token}\r\nIdempotency-Key: {uuid.uuid4()}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def _onboarded(http: httpx2.AsyncClient) -> Member:
    body = {"email": f"{uuid.uuid4().hex}@example.com"}
    answer = await http.post("/v1/onboarding", json=body, headers={"Prefer": "wait=30"})
    found = _good(answer)
    return Member(found["session"]["access_token"], found["party"])


async def _changed(http: httpx2.AsyncClient, member: Member, path: str, body: Any) -> Any:
    headers = {
        "Authorization": f"Bearer {member.token}",
        "Idempotency-Key": str(uuid.uuid4()),
        "Prefer": "wait=30",
    }
    return _good(await http.post(path, json=body, headers=headers))


def _good(answer: httpx2.Response) -> Any:
    if answer.status_code != httpx2.codes.OK:
        raise SystemExit(f"the API answered {answer.status_code}: {answer.text[:500]}")
    return answer.json()


def quantile(values: Iterable[float], part: float) -> float:
    """Give the value that a part of all values does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0
