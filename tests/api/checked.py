"""The sandbox's program, with every answer and frame held against the documents.

The documents are the published ones, if they are at hand, and those that the sandbox itself serves.
Run like ``cantata sandbox``. The file that the environment names gets a line for each answer, and a
line that begins with an exclamation mark for each disagreement.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cantata.cli import main
from cantata.sandbox.server import app
from cantata.sandbox.server.docs import asyncapi, openapi, to_yaml
from tests.api.documents import Documents, Operation, normal, published, served
from tests.api.report import DISAGREEMENT, REPORT


class Checked(app.Application):
    """The application, overheard."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        own = self._own_documents()
        self._judge = _Judge([each for each in (published(), own) if each is not None])

    def _own_documents(self) -> Documents:
        version = self.node.settings.version
        described = (each(self.router.endpoints(), version) for each in (openapi, asyncapi))
        return served(*(to_yaml(each) for each in described))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve as the application does, and listen to what it sends."""
        hear = self._judge.socket(scope) if scope["type"] == "websocket" else None
        hear = hear or self._judge.request(scope)

        async def overheard(event: Any) -> None:
            hear(event)
            await send(event)

        setattr(overheard, "__self__", getattr(send, "__self__", None))  # noqa: B010 # see hang_up
        await super().__call__(scope, receive, overheard)


class _Judge:
    """Looks at answers and frames, and writes the report."""

    def __init__(self, documents: list[Documents]) -> None:
        self._documents = documents
        self._report = Path(os.environ[REPORT]).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115

    def request(self, scope: Any) -> Any:
        """Give what hears the events of an answer."""
        method, path = scope.get("method", "GET"), scope["raw_path"].decode("latin-1")
        started: dict[str, Any] = {}

        def hear(event: Mapping[str, Any]) -> None:
            if event["type"].endswith(".start"):
                started.update(event)
            elif event["type"].endswith(".body"):
                for documents in self._documents:
                    operation = documents.operation(method, path)
                    if operation is not None:
                        self._answer(documents, operation, started, event["body"])

        return hear

    def socket(self, scope: Any) -> Any:
        """Give what hears the frames of a WebSocket, None for a path without one."""
        path = normal(scope["raw_path"].decode("latin-1"))
        documented = [each for each in self._documents if path in each.channels]

        def hear(event: Mapping[str, Any]) -> None:
            if event["type"] == "websocket.send":
                for documents in documented:
                    self._say(
                        f"WS {path}", "frame", documents.frame_complaints(path, event["text"])
                    )

        return hear if documented else None

    def _answer(
        self, documents: Documents, operation: Operation, started: Mapping[str, Any], body: bytes
    ) -> None:
        status, kind = started["status"], dict(started["headers"]).get(b"content-type")
        said = documents.complaints(operation, status, kind.decode() if kind else None, body)
        self._say(operation.key, status, said)

    def _say(self, what: str, outcome: int | str, complaints: Iterable[str]) -> None:
        for complaint in complaints:
            self._report.write(f"{DISAGREEMENT} {what} {outcome}: {complaint}\n")
        self._report.write(f"{what} {outcome}\n")


if __name__ == "__main__":
    app.Application = Checked  # type: ignore[misc] # the program makes it by this name
    sys.argv[1:1] = ["sandbox"]
    main()
