"""What automation refuses."""

from __future__ import annotations

from cantata.kernel.errors import CantataError
from cantata.kernel.time import Timestamp


class IdempotencyConflict(CantataError):
    """A key was used before for something else; field `key`."""

    code = "IDEMPOTENCY_CONFLICT"

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"the idempotency key {key!r} was used before for another request",
            hint="use a new key for a new request, or send the same request again",
        )


class RequestTooLarge(CantataError):
    """A request is larger than an intent may be; fields `size` and `most`, in bytes."""

    code = "REQUEST_TOO_LARGE"

    def __init__(self, size: int, most: int) -> None:
        self.size = size
        self.most = most
        super().__init__(
            f"the request takes {size} bytes, more than {most}", hint="split it into smaller ones"
        )


class NotPossible(CantataError):
    """An intent cannot be prepared, now or ever; the reason is that of the rule it breaks."""

    code = "NOT_POSSIBLE"


class DeadlinePassed(NotPossible):
    """The requester's deadline passed before the command was sent; field `deadline`."""

    code = "DEADLINE_PASSED"

    def __init__(self, deadline: Timestamp) -> None:
        self.deadline = deadline
        super().__init__(
            f"the deadline {deadline} passed before anything was sent", hint="ask again"
        )


class NotNow(CantataError):
    """An intent cannot be prepared at the moment, because something it needs is in use."""

    code = "NOT_NOW"
