"""What a ledger's answers mean: one taxonomy, decided by code and category, not by status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from cantata.kernel.errors import CantataError

SHOWN_MAX = 1_000
"""Characters of a text from the ledger that an error message repeats."""

REDACTED_CODE = "NA"
"""The code of an error that the participant does not explain; its log has the rest."""

IN_FLIGHT_CODE = "SUBMISSION_ALREADY_IN_FLIGHT"
DUPLICATE_CODE = "DUPLICATE_COMMAND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is known of an answer that is no success: that of Canton, as far as it gave one.

    `category` is Canton's error category, `grpc_code` the code of its gRPC status; both are None
    where the answer had none. `status` is that of HTTP, None if the error came by a stream.
    """

    code: str = ""
    cause: str = ""
    category: int | None = None
    grpc_code: int | None = None
    status: int | None = None
    retry_after: str = ""
    trace_id: str = ""
    context: Mapping[str, str] = field(default_factory=dict)
    resources: tuple[tuple[str, str], ...] = ()


class LedgerError(CantataError):
    """The root of everything that goes wrong with a ledger; `answer` is what the ledger said."""

    code: ClassVar[str] = "LEDGER_ERROR"
    advice: ClassVar[str] = ""

    def __init__(self, message: str, *, answer: Answer | None = None, hint: str = "") -> None:
        self.answer = answer if answer is not None else Answer()
        context = dict(self.answer.context)
        if self.answer.code:
            context["code"] = self.answer.code
        if self.answer.trace_id:
            context["traceId"] = self.answer.trace_id
        super().__init__(message[:SHOWN_MAX], hint=hint or self.advice, context=context)


class Refusal(LedgerError):
    """The ledger refused for good: the same request would be refused again."""

    code: ClassVar[str] = "LEDGER_REFUSED"

    @property
    def depends_on_state(self) -> bool:
        """Tell whether what is recorded decided, so that an earlier try may be its reason."""
        return self.answer.category in STATE_CATEGORIES


class MalformedRequest(Refusal):
    """The ledger could not read the request."""

    code: ClassVar[str] = "MALFORMED_REQUEST"


class NotAuthenticated(Refusal):
    """The token is missing, expired or not accepted."""

    code: ClassVar[str] = "NOT_AUTHENTICATED"
    advice: ClassVar[str] = "give a token that this participant accepts; its log says what is wrong"


class NotPermitted(Refusal):
    """The user lacks a right."""

    code: ClassVar[str] = "NOT_PERMITTED"
    advice: ClassVar[str] = "grant the user the right to act or read as the party"


class NotFound(Refusal):
    """What the request names does not exist, is spent or cannot be seen."""

    code: ClassVar[str] = "NOT_FOUND"


class AlreadyExists(Refusal):
    """What the request would make exists."""

    code: ClassVar[str] = "ALREADY_EXISTS"


class DuplicateCommand(AlreadyExists):
    """The change was recorded by an earlier try: a success, at `completion_offset` if known."""

    code: ClassVar[str] = "DUPLICATE_COMMAND"

    @property
    def completion_offset(self) -> int | None:
        """Give the offset at which the earlier try completed."""
        text = self.answer.context.get("completion_offset", "")
        return int(text) if text.isascii() and text.isdigit() else None


class DamlFailure(Refusal):
    """A contract refused; `error_id` names its rule."""

    code: ClassVar[str] = "DAML_FAILURE"

    @property
    def error_id(self) -> str:
        """Give the id of the error that the contract chose."""
        return self.answer.context.get("error_id", "")


class NotSupported(Refusal):
    """The ledger does not have the operation."""

    code: ClassVar[str] = "NOT_SUPPORTED"


class TooManyElements(Refusal):
    """A list is longer than the ledger gives in one answer, or a body larger than it takes."""

    code: ClassVar[str] = "TOO_LARGE"
    advice: ClassVar[str] = "ask for pages or a stream, or send less at once"


class Retryable(LedgerError):
    """A try had no effect and the same request may succeed later."""

    code: ClassVar[str] = "LEDGER_BUSY"
    advice: ClassVar[str] = "try again with the same command id"


class Unreachable(Retryable):
    """No connection to the ledger could be made, so nothing was sent."""

    code: ClassVar[str] = "LEDGER_UNREACHABLE"
    advice: ClassVar[str] = "check the address and that the ledger is up"


class OutcomeUnknown(LedgerError):
    """The request may or may not have taken effect."""

    code: ClassVar[str] = "OUTCOME_UNKNOWN"
    advice: ClassVar[str] = "send the same command id again, or look for its completion"


class LedgerFault(OutcomeUnknown):
    """The ledger failed inside; trying again helps little."""

    code: ClassVar[str] = "LEDGER_FAULT"
    advice: ClassVar[str] = "look at the participant's log"


class MalformedAnswer(OutcomeUnknown):
    """The ledger answered with what is no answer of its API."""

    code: ClassVar[str] = "MALFORMED_ANSWER"
    advice: ClassVar[str] = "check that the address is that of a JSON Ledger API v2"


STATE_CATEGORIES = frozenset({9, 10, 11})

_BY_CATEGORY: dict[int, type[LedgerError]] = {
    1: OutcomeUnknown,
    2: Retryable,
    3: OutcomeUnknown,
    4: LedgerFault,
    5: Refusal,
    6: NotAuthenticated,
    7: NotPermitted,
    8: Refusal,
    9: Refusal,
    10: AlreadyExists,
    11: NotFound,
    12: Retryable,
    14: NotSupported,
}

_BY_CODE: dict[str, type[LedgerError]] = {
    DUPLICATE_CODE: DuplicateCommand,
    IN_FLIGHT_CODE: OutcomeUnknown,
    "DAML_FAILURE": DamlFailure,
    "JSON_API_MAXIMUM_LIST_ELEMENTS_NUMBER_REACHED": TooManyElements,
    "ACCESS_TOKEN_EXPIRED": NotAuthenticated,
    "STALE_STREAM_AUTHORIZATION": Retryable,
}

_BY_GRPC_CODE: dict[int, type[LedgerError]] = {
    1: OutcomeUnknown,
    2: LedgerFault,
    3: Refusal,
    4: OutcomeUnknown,
    5: NotFound,
    6: AlreadyExists,
    7: NotPermitted,
    8: Retryable,
    9: Refusal,
    10: Retryable,
    11: Refusal,
    12: NotSupported,
    13: LedgerFault,
    14: OutcomeUnknown,
    15: LedgerFault,
    16: NotAuthenticated,
}

_BY_STATUS: dict[int, type[LedgerError]] = {
    400: MalformedRequest,
    401: NotAuthenticated,
    403: NotPermitted,
    404: NotFound,
    405: NotSupported,
    406: MalformedRequest,
    413: TooManyElements,
    429: Retryable,
    501: NotSupported,
}
"""The last resort: bodies without code and category come from the HTTP server itself."""


def error_of(answer: Answer) -> LedgerError:
    """Give the error that an answer means."""
    kind = _kind(answer)
    said = answer.cause.strip() or "the ledger gave no reason"
    named = answer.code if answer.code != REDACTED_CODE else ""
    return kind(f"{named}: {said}" if named else said, answer=answer)


def _kind(answer: Answer) -> type[LedgerError]:
    if answer.code in _BY_CODE:
        return _BY_CODE[answer.code]
    if answer.category in _BY_CATEGORY:
        return _BY_CATEGORY[answer.category]
    if answer.grpc_code in _BY_GRPC_CODE:
        return _BY_GRPC_CODE[answer.grpc_code]
    if answer.status is None:
        return LedgerFault
    return _BY_STATUS.get(answer.status, OutcomeUnknown)


def is_error_body(body: Any) -> bool:
    """Tell a JsCantonError from an element of a stream, which has no tag to tell them apart."""
    return isinstance(body, Mapping) and {"code", "cause", "errorCategory"} <= body.keys()


def answer_of(body: Any, status: int | None = None) -> Answer:
    """Read a JsCantonError, or whatever came in its place, without ever failing."""
    if not isinstance(body, Mapping):
        return Answer(cause=str(body)[:SHOWN_MAX], status=status)
    if not is_error_body(body):
        reasons = body.get("errors")
        cause = "; ".join(map(str, reasons)) if isinstance(reasons, list) else ""
        return Answer(cause=cause[:SHOWN_MAX], status=status)
    return Answer(
        code=_text(body["code"]),
        cause=_text(body["cause"]),
        category=_integer(body["errorCategory"]),
        grpc_code=_integer(body.get("grpcCodeValue")),
        status=status,
        retry_after=_text(body.get("retryInfo")),
        trace_id=_text(body.get("traceId")),
        context=_texts(body.get("context")),
        resources=_pairs(body.get("resources")),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    return {str(key): str(content)[:SHOWN_MAX] for key, content in value.items()}


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    pairs = value if isinstance(value, list) else []
    return tuple(
        (str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2
    )
