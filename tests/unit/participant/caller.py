"""Requests to a participant in this process, through the application of its server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from cantata.sandbox.participant import packages, parties, users
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.server.app import Application

SERVICES = (parties, users, packages)


@dataclass(frozen=True)
class Answer:
    """Status, headers and content of an answer."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def code(self) -> tuple[int, str]:
        """Status and error code, "text" for an answer that is none of a participant's errors."""
        try:
            return self.status, self.json["code"]
        except ValueError:
            return self.status, "text"


class Caller:
    """Calls the administration of a node; it owns the node and closes it."""

    def __init__(self, node: Participant | None = None, token: str = "") -> None:
        self.node = node or Participant()
        self.token = token
        self._runner = asyncio.Runner()
        self._application = Application(
            self.node, [each for service in SERVICES for each in service.routes(self.node)]
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._runner.close()
        self.node.close()

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body: Any) -> Answer:
        return self.call("POST", path, body)

    def patch(self, path: str, body: Any) -> Answer:
        return self.call("PATCH", path, body)

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        """Send JSON, or bytes as they are."""
        data = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        return self._runner.run(self._call(method, path, data))

    async def _call(self, method: str, path: str, data: bytes) -> Answer:
        sent: list[dict[str, Any]] = []
        parts, query = path.partition("?")[::2]
        headers = [(b"authorization", f"Bearer {self.token}".encode())] if self.token else []
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": unquote(parts),
            "raw_path": parts.encode(),
            "query_string": query.encode(),
            "headers": headers,
        }
        waiting = [{"type": "http.request", "body": data, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(event: dict[str, Any]) -> None:
            sent.append(event)

        await self._application(scope, receive, send)
        start, body = sent
        named = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], named, body["body"])
