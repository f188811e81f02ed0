"""The server with services that the tests of its own rules need."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from cantata.sandbox.participant import version
from cantata.sandbox.participant.api import Answer, Listing, Request, Stream, get, post
from cantata.sandbox.participant.errors import Refusal
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.shapes import Json, case_class, message
from cantata.sandbox.server.app import Application
from cantata.sandbox.server.run import listen, serve


@message
class Numbers:
    """How many numbers to give; then, unless `finite`, wait for ever."""

    count: int
    finite: bool
    refuse_at: int | None


@case_class
class Order:
    """Something with required fields."""

    what: Json
    number: int
    tags: tuple[str, ...] = ()


def echo(request: Request) -> Any:
    return {"body": request.body}


def order(request: Request) -> Any:
    body: Order = request.body
    return {"number": body.number, "tags": list(body.tags)}


def element(request: Request) -> Any:
    return {"key": request.path["key"], "number": request.path["number"]}


def fault(request: Request) -> Any:
    secret = "do not log me"
    raise ValueError(secret)


async def slow(request: Request) -> Answer:
    await asyncio.sleep(0.5)
    return Answer(b"done", "text/plain")


def numbers(request: Request) -> Stream:
    body: Numbers = request.body

    async def elements() -> AsyncIterator[Any]:
        for number in range(body.count):
            if number == body.refuse_at:
                raise Refusal("OFFSET_AFTER_LEDGER_END", "no more numbers")
            yield {"number": number}
        if not body.finite:
            await asyncio.Event().wait()

    return Stream(elements(), finite=body.finite)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ready-file", type=Path, required=True)
    arguments = parser.parse_args()
    node = Participant()
    endpoints = [
        *version.routes(node),
        post("/v2/echo", echo, Json),
        post("/v2/orders", order, Order),
        get("/v2/elements/{key}/{number}", element, path_types={"number": int}),
        get("/v2/fault", fault),
        get("/v2/slow", slow, content_type="text/plain"),
        Listing(path="/v2/numbers", open=numbers, body=Numbers),
    ]
    with listen("127.0.0.1", arguments.port) as listening:
        described = {"port": listening.getsockname()[1], "participantId": ""}
        serve(
            Application(node, endpoints),
            listening,
            lambda: _announce(arguments.ready_file, json.dumps(described)),
        )


def _announce(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


if __name__ == "__main__":
    main()
