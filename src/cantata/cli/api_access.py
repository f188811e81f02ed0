"""How commands reach the API: its address, a key, and the errors that its answers mean."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, ClassVar

import typer

from cantata.cli.ledger_access import require_client
from cantata.cli.output import OutputFormat, print_json
from cantata.cli.rows import print_rows
from cantata.kernel.errors import CantataError

DEFAULT_URL = "http://127.0.0.1:8000"
ANSWER_SECONDS_MAX = 60
WAIT_SECONDS = 20
PAGE = 200
SERVER_FAULT = 500
SHOWN_MAX = 10
"""Fields that a message names."""

UrlOption = Annotated[
    str, typer.Option("--url", envvar="CANTATA_API_URL", help="Address of the API.")
]
KeyOption = Annotated[
    str, typer.Option("--api-key", envvar="CANTATA_API_KEY", help="API key or access token.")
]
IdempotencyOption = Annotated[
    str, typer.Option("--idempotency-key", help="Keep it to try again without doing it twice.")
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Only tell what the ledger would be sent.")
]
WaitOption = Annotated[
    int, typer.Option("--wait", help="Seconds to wait for the end.", min=0, max=30)
]


class ApiRefused(CantataError):
    """The API refused; `code` is that of its reason, `status` that of HTTP.

    `errors` are the fields, or rows, that are wrong.
    """

    code: ClassVar[str] = "API_REFUSED"

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.errors: list[Mapping[str, Any]] = problem.get("errors") or []
        fields = "; ".join(
            f"{each.get('field')}: {each.get('message')}" for each in self.errors[:SHOWN_MAX]
        )
        if len(self.errors) > SHOWN_MAX:
            fields += f"; and {len(self.errors) - SHOWN_MAX} more"
        said = str(problem.get("detail") or f"the API answered {status}")
        super().__init__(
            f"{said} ({fields})" if fields else said,
            hint=str(problem.get("remedy") or ""),
            context={"request_id": str(problem.get("request_id", "")), "status": str(status)},
        )
        # The reason's own name, as scripts look for it; a class variable cannot know it.
        vars(self)["code"] = str(problem.get("code") or type(self).code)


class ApiUnreachable(CantataError):
    """Nothing was sent; field `url`."""

    code: ClassVar[str] = "API_UNREACHABLE"

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(
            f"the API cannot be reached at {url}",
            hint="start it with `cantata up`, or give its address: --url or CANTATA_API_URL",
        )


class ApiOutcomeUnknown(CantataError):
    """The request was sent and no answer came; field `key` is its idempotency key."""

    code: ClassVar[str] = "OUTCOME_UNKNOWN"

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            "the API gave no answer, and may have done it or not",
            hint=f"send the same again with --idempotency-key {key}" if key else "ask again",
        )


@dataclass(frozen=True, slots=True)
class Api:
    """The API, as a command uses it; the key is never shown."""

    url: str
    key: str

    def __repr__(self) -> str:
        return f"Api({self.url!r})"

    def get(self, path: str, query: Mapping[str, str | int | None] | None = None) -> Any:
        """Read one thing."""
        return self.send("GET", path, query=query).json()

    def items(
        self, path: str, query: Mapping[str, str | int | None], limit: int
    ) -> Iterator[Mapping[str, Any]]:
        """Read a list, page by page, up to a limit."""
        left, cursor = limit, None
        while left > 0:
            page = self.get(path, {**query, "limit": min(left, PAGE), "cursor": cursor})
            yield from page["items"][:left]
            left -= len(page["items"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def change(
        self,
        path: str,
        body: Mapping[str, Any] | None,
        *,
        key: str = "",
        wait: int = WAIT_SECONDS,
        dry_run: bool = False,
    ) -> Any:
        """Ask for a change and wait for its end; give the operation, or what it would do."""
        key = key or str(uuid.uuid4())
        headers = {"Idempotency-Key": key, "Prefer": f"wait={wait}"}
        query = {"dry_run": "true"} if dry_run else {}
        return self.send("POST", path, body=body, query=query, headers=headers).json()

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | bytes | None = None,
        query: Mapping[str, str | int | None] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send a request, with JSON or with a file's bytes; raise what its answer means."""
        require_client()
        http = import_module("httpx2")
        sent = dict(headers or {})
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        given = {name: value for name, value in (query or {}).items() if value is not None}
        try:
            answer = http.request(
                method,
                f"{self.url}{path}",
                **({"content": body} if isinstance(body, bytes) else {"json": body}),
                params=given,
                headers=sent,
                timeout=ANSWER_SECONDS_MAX,
                trust_env=False,
            )
        except (http.ConnectError, http.ConnectTimeout, http.UnsupportedProtocol):
            raise ApiUnreachable(self.url) from None
        except http.HTTPError:
            raise ApiOutcomeUnknown(sent.get("Idempotency-Key", "")) from None
        if answer.status_code >= http.codes.BAD_REQUEST:
            raise _refusal(answer, sent.get("Idempotency-Key", ""))
        return answer


def print_operation(operation: Mapping[str, Any], output: OutputFormat) -> None:
    """Print what became of what was asked for."""
    if output is OutputFormat.JSON or "state" not in operation:
        print_json(operation)
        return
    result = operation.get("result") or {}
    made = " ".join(str(value) for value in result.values() if isinstance(value, str))
    row = (operation["id"], operation["kind"], operation["state"], made)
    print_rows(output, ("operation", "kind", "state", "result"), [row])


def print_items(
    output: OutputFormat, columns: tuple[str, ...], items: Iterator[Mapping[str, Any]]
) -> None:
    """Print a list: all of it as JSON, some columns of it as a table."""
    if output is OutputFormat.JSON:
        print_json(list(items))
        return
    print_rows(output, columns, [tuple(_cell(each, name) for name in columns) for each in items])


def _cell(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    if isinstance(value, Mapping):
        return "/".join(str(each) for each in value.values())
    return "" if value is None else str(value)


def _refusal(answer: Any, key: str) -> CantataError:
    try:
        problem = answer.json()
    except (ValueError, RecursionError):
        problem = {}
    if answer.status_code >= SERVER_FAULT and not problem.get("retryable"):
        return ApiOutcomeUnknown(key)
    return ApiRefused(answer.status_code, problem if isinstance(problem, dict) else {})
