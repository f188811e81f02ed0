"""What automation refuses."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cantata.automation.model import Wish
from cantata.kernel.errors import CantataError
from cantata.kernel.time import RelTime, Timestamp


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
    """An intent cannot be prepared at the moment, because something it needs is in use.

    `first` is what has to be done before it can be, and is recorded while it waits; the same wish
    again is the same intent.
    """

    code = "NOT_NOW"

    def __init__(self, message: str, *, hint: str = "", first: Sequence[Wish] = ()) -> None:
        self.first = tuple(first)
        super().__init__(message, hint=hint)


class ConsultTimedOut(NotNow):
    """Those who were asked before an attempt did not answer in time; field `waited`."""

    code = "CONSULT_TIMED_OUT"

    def __init__(self, waited: RelTime) -> None:
        self.waited = waited
        super().__init__(
            f"what preparation needs was not known within {waited.microseconds // 1_000} ms",
            hint="it is asked for again; look whether the registry answers",
        )


class SignerUnknown(NotNow):
    """A plan names a signer that this process does not have; field `signer`."""

    code = "SIGNER_UNKNOWN"

    def __init__(self, signer: str) -> None:
        self.signer = signer
        super().__init__(
            f"there is no signer {signer!r}", hint="name it and its key file in CANTATA_SIGNERS"
        )


class SignerUnavailable(NotNow):
    """A signer did not sign; fields `signer` and `what`, which tells no more than the kind."""

    code = "SIGNER_UNAVAILABLE"

    def __init__(self, signer: str, what: str) -> None:
        self.signer = signer
        self.what = what
        super().__init__(
            f"the signer {signer!r} did not sign: {what}",
            hint="it is asked again; look whether its key service answers",
        )


class WaitedTooLong(NotPossible):
    """What an intent needs did not come free in time; field `last` is what it waited for."""

    code = "WAITED_TOO_LONG"

    def __init__(self, last: str) -> None:
        self.last = last
        super().__init__(
            f"gave up waiting: {last}", hint="nothing was changed; ask again when it is free"
        )


class SignatureMissing(NotPossible):
    """The signature of an external party did not come in time; field `until`."""

    code = "SIGNATURE_MISSING"

    def __init__(self, until: Timestamp) -> None:
        self.until = until
        super().__init__(
            f"no signature came until {until}", hint="nothing was changed; ask again and sign"
        )


class NotAwaitingSignature(CantataError):
    """An intent does not wait for a signature; fields `intent` and `state`."""

    code = "NOT_AWAITING_SIGNATURE"

    def __init__(self, intent: UUID, state: str) -> None:
        self.intent = intent
        self.state = state
        super().__init__(f"the intent {intent} is {state} and waits for no signature")


class WrongSigners(CantataError):
    """Signatures are not those of the parties that act; fields `given` and `wanted`."""

    code = "WRONG_SIGNERS"

    def __init__(self, given: Sequence[str], wanted: Sequence[str]) -> None:
        self.given = tuple(given)
        self.wanted = tuple(wanted)
        super().__init__(
            f"signatures of {', '.join(given) or 'nobody'} were given",
            hint=f"{', '.join(wanted)} have to sign",
        )


class SigningUnavailable(NotPossible):
    """The worker has no way to prepare what external parties sign."""

    code = "SIGNING_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("external parties cannot sign here", hint="check the worker's settings")


class PreparationFailed(NotPossible):
    """Preparing an intent failed in a way that nobody expected; field `what`."""

    code = "PREPARATION_FAILED"

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            f"the intent could not be prepared: {what}", hint="the worker's log has the details"
        )
