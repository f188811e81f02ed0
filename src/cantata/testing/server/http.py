"""Plain HTTP to a sandbox, one connection for each request, for what tests do themselves."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from cantata.kernel.errors import CantataError

ANSWER_SECONDS_MAX = 30
REDIRECT = 300


class SandboxRefused(CantataError):
    """A sandbox refuses what a test asks of it; `error_code` and `status` say why."""

    code: ClassVar[str] = "SANDBOX_REFUSED"

    def __init__(self, path: str, status: int, said: Any) -> None:
        refused = said if isinstance(said, dict) else {}
        self.status = status
        self.error_code = str(refused.get("code", ""))
        self.cause = str(refused.get("cause", said))
        super().__init__(f"{path}: {status} {self.error_code} {self.cause}")


@dataclass(frozen=True, slots=True)
class Wire:
    """A server by its address."""

    url: str

    def get(self, path: str) -> Any:
        """Get JSON."""
        return self.send("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        """Post JSON, or nothing, and give the JSON that comes back."""
        content = None if body is None else json.dumps(body).encode()
        return self.send("POST", path, content)

    def send(self, method: str, path: str, content: bytes | None = None) -> Any:
        """Send a request; give what it is answered, or raise `SandboxRefused`."""
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(
            address.hostname or "", address.port, timeout=ANSWER_SECONDS_MAX
        )
        try:
            connection.request(method, path, content)
            answer = connection.getresponse()
            said = _read(answer.read())
        finally:
            connection.close()
        if answer.status >= REDIRECT:
            raise SandboxRefused(path, answer.status, said)
        return said


def _read(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return content.decode("utf-8", "replace")
