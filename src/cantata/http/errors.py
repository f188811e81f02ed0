"""What the edge refuses before anybody looks at what is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cantata.automation.model import Intent
from cantata.kernel.errors import CantataError


class EdgeError(CantataError):
    """The root of what the edge refuses."""

    code = "EDGE_ERROR"


class NotAuthenticated(EdgeError):
    """The request does not prove who sends it."""

    code = "NOT_AUTHENTICATED"

    def __init__(self, what: str = "no credentials were sent") -> None:
        super().__init__(
            what, hint="send 'Authorization: Bearer <access token or API key>', see /docs"
        )


class IdempotencyKeyMissing(EdgeError):
    """A request that changes something has no idempotency key, or a malformed one."""

    code = "IDEMPOTENCY_KEY_MISSING"

    def __init__(self) -> None:
        super().__init__(
            "the header Idempotency-Key is missing or is not 1 to 200 printable ASCII characters",
            hint="send a new key, such as a UUID, with each new request; the same for repeats",
        )


class CursorRefused(EdgeError):
    """A page's cursor was not made by this service, or for another list."""

    code = "CURSOR_REFUSED"

    def __init__(self) -> None:
        super().__init__(
            "the cursor was not given by this service for this list",
            hint="use next_cursor of the page before as it is, or begin without a cursor",
        )


class ResourceUnknown(EdgeError):
    """Nothing of this name exists, or the caller may not see it; fields `kind` and `name`."""

    code = "NOT_FOUND"

    def __init__(self, kind: str, name: str) -> None:
        self.kind = kind
        self.name = name[:200]
        super().__init__(
            f"there is no {kind} {self.name!r} that you can see", hint="check its name and yours"
        )


class RateLimited(EdgeError):
    """More requests than a limit admits; fields `limit`, `policy` and `seconds` to wait."""

    code = "RATE_LIMITED"

    def __init__(self, limit: str, policy: str, seconds: int) -> None:
        self.limit = limit
        self.policy = policy
        self.seconds = seconds
        super().__init__(
            f"the limit {limit!r} admits no more requests at the moment",
            hint=f"wait {seconds} seconds",
        )


class BodyTooLarge(EdgeError):
    """A body is larger than any request may be; field `most`, in bytes."""

    code = "BODY_TOO_LARGE"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"the body has more than {most} bytes", hint="send less at once")


class MalformedJson(EdgeError):
    """A body is not JSON that means one thing to every reader; field `reason`."""

    code = "MALFORMED_JSON"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"the body cannot be read as JSON: {reason}", hint="send UTF-8, each member once"
        )


class OperationFailed(EdgeError):
    """An operation that the caller waited for ended without effect; field `intent` has it."""

    code = "OPERATION_FAILED"

    def __init__(self, intent: Intent) -> None:
        assert intent.failure is not None, intent.id
        self.intent = intent
        super().__init__(
            intent.failure.message, hint=intent.failure.hint, context=intent.failure.context
        )


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row: its line, from 1, its column (or none), a code and the reason."""

    line: int
    column: str
    code: str
    message: str


class RowsRefused(EdgeError):
    """Rows that were sent together are refused; field `faults` names what is wrong with each."""

    code = "ROWS_REFUSED"

    def __init__(self, faults: Sequence[RowFault], message: str, hint: str) -> None:
        self.faults = tuple(faults)
        super().__init__(message, hint=hint)
