"""A refusal of the participant, and its form on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, TypedDict, Unpack

from cantata.kernel.errors import CantataError
from cantata.sandbox.participant.errors.categories import (
    GRPC_OF_CATEGORY,
    HTTP_OF_GRPC,
    NO_CATEGORY,
    RETRY_AFTER,
    RETRYABLE,
)
from cantata.sandbox.participant.errors.codes import (
    CATEGORY_OF,
    WITH_DEFINITE_ANSWER,
    WITHOUT_DEFINITE_ANSWER,
)

PAYLOAD_TOO_LARGE = 413
INVALID_ARGUMENT = 8

CAUSE_MAX = 512
"""Letters of a cause that come through; the rest is cut."""

HEAD_DIGITS = 8
"""Digits of the correlation id, or of the trace id, before a cause of several lines."""

GRPC_NAMES: Mapping[int, str] = {3: "INVALID_ARGUMENT", 9: "FAILED_PRECONDITION", 13: "INTERNAL"}
"""Names of the gRPC statuses that are given without an error code."""


class Details(TypedDict, total=False):
    """What a refusal may say beyond its code; absent ones follow from the code."""

    category: int
    grpc: int
    status: int
    correlation_id: str


class Origin(Enum):
    """Which part of a participant refuses; it decides what stands around the code and the cause."""

    NODE = "node"
    """The node: the context names the participant as ``sandbox``."""

    REQUEST = "request"
    """A service that knows the request: the context says ``'sandbox'``, with the quotes, and may
    repeat parts of the request (`commands`, `submissionId`, `parties`), quoted likewise."""

    JSON = "json"
    """The JSON layer: an empty context, the trace as correlation id, `definiteAnswer` false."""

    ROUTER = "router"
    """The choice of a synchronizer: a context without participant and trace."""

    HIDDEN = "hidden"
    """Security: nothing but the fact, the trace as correlation id."""

    STATUS = "status"
    """A bare gRPC status, whose description stands for the code."""


_THROUGH_GRPC = (Origin.NODE, Origin.REQUEST, Origin.ROUTER)


class Refusal(CantataError):
    """What the participant answers instead of a result.

    `error_code` is Canton's, `cause` the text for people, `category` decides what a client should
    do; it follows from the code unless given. `context` are entries beyond those that every
    refusal has, `resources` (kind, value) pairs such as ``("CONTRACT_ID", "00…")``.
    `correlation_id` is the submission id for refused commands. `grpc` and `status` (HTTP) follow
    from the category unless given.
    """

    def __init__(
        self,
        error_code: str,
        cause: str,
        *,
        origin: Origin = Origin.NODE,
        context: Mapping[str, str] | None = None,
        resources: Iterable[tuple[str, str]] = (),
        **details: Unpack[Details],
    ) -> None:
        super().__init__(cause, context=context)
        self.error_code = error_code
        self.cause = cause
        self.origin = origin
        self.resources = tuple(resources)
        category = details.get("category")
        self.category = CATEGORY_OF[error_code] if category is None else category
        self.grpc = details.get("grpc") or GRPC_OF_CATEGORY[self.category]
        self.status = details.get("status") or HTTP_OF_GRPC[self.grpc]
        self.correlation_id = details.get("correlation_id")

    def about(
        self,
        context: Mapping[str, str] | None = None,
        *,
        correlation_id: str | None = None,
        origin: Origin | None = None,
    ) -> Refusal:
        """Add what is known about the request, keeping entries that are there already."""
        self.context = {**(context or {}), **self.context}
        if correlation_id is not None:
            self.correlation_id = correlation_id
        if origin is not None:
            self.origin = origin
        return self

    def to_json(self, trace_id: str, participant: str = "sandbox") -> dict[str, Any]:
        """Give the body of the answer: a JsCantonError with explicit nulls."""
        origin = self.origin
        mirrored = origin in (Origin.JSON, Origin.HIDDEN)
        traced = origin not in (Origin.ROUTER, Origin.STATUS)
        bare = origin in (Origin.HIDDEN, Origin.STATUS)
        return {
            "code": self.error_code,
            "cause": self._written_cause(trace_id),
            "correlationId": trace_id if mirrored else self.correlation_id,
            "traceId": trace_id if traced else None,
            "context": self._full_context(trace_id, participant),
            "resources": [[f"ErrorResource({kind})", value] for kind, value in self.resources],
            "errorCategory": NO_CATEGORY if bare else self.category,
            "grpcCodeValue": self.grpc,
            "retryInfo": RETRY_AFTER if self.category in RETRYABLE and not bare else None,
            "definiteAnswer": False if origin is Origin.JSON else None,
        }

    def _written_cause(self, trace_id: str) -> str:
        """Give the cause as it comes through gRPC: cut, and several lines with a head.

        The JSON layer takes the head off, but does not find it where the text has more lines.
        """
        if self.origin not in _THROUGH_GRPC:
            return self.cause
        cut = self.cause[:CAUSE_MAX] + "..." if len(self.cause) > CAUSE_MAX else self.cause
        if "\n" not in cut:
            return cut
        told = (self.correlation_id or trace_id)[:HEAD_DIGITS]
        return f"{self.error_code}({self.category},{told}): {cut}"

    def _full_context(self, trace_id: str, participant: str) -> dict[str, str]:
        origin = self.origin
        full: dict[str, str] = {}
        if origin in (Origin.NODE, Origin.REQUEST):
            full["participant"] = f"'{participant}'" if origin is Origin.REQUEST else participant
            full["tid"] = trace_id
        if origin in (Origin.NODE, Origin.REQUEST, Origin.ROUTER):
            full["category"] = str(self.category)
            if self.error_code not in WITHOUT_DEFINITE_ANSWER:
                definite = self.error_code in WITH_DEFINITE_ANSWER
                full["definite_answer"] = "true" if definite else "false"
        return {**self.context, **full}


class MalformedRequest(CantataError):
    """A request that cannot be decoded; `text` is the whole answer, plain text with status 400."""

    code = "INVALID_ARGUMENT"

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def unauthenticated(reason: str) -> Refusal:
    """Refuse a request without a valid token; the caller is not told the reason."""
    return _hidden("UNAUTHENTICATED", reason)


def permission_denied(reason: str, context: Mapping[str, str] | None = None) -> Refusal:
    """Refuse a request whose token does not allow it; the caller is not told the reason."""
    return _hidden("PERMISSION_DENIED", reason, context)


def _hidden(kind: str, reason: str, context: Mapping[str, str] | None = None) -> Refusal:
    refusal = Refusal(
        "NA",
        "A security-sensitive error has been received",
        origin=Origin.HIDDEN,
        context=context,
        category=CATEGORY_OF[kind],
    )
    refusal.hint = f"{kind}: {reason}"
    return refusal


def plain_status(description: str, grpc: int) -> Refusal:
    """Refuse with a gRPC status that has no error code: its description stands for the code."""
    return Refusal(
        description,
        f"{GRPC_NAMES[grpc]}: {description}",
        origin=Origin.STATUS,
        grpc=grpc,
        category=INVALID_ARGUMENT,
    )


def unsupported(what: str) -> Refusal:
    """Refuse something that is documented and that this ledger does not offer."""
    return Refusal("UNIMPLEMENTED", f"{what} is not supported by this ledger", origin=Origin.JSON)


def list_too_long(limit: int) -> Refusal:
    """Refuse a list of more elements than an answer may have."""
    return Refusal(
        "JSON_API_MAXIMUM_LIST_ELEMENTS_NUMBER_REACHED",
        f"The number of matching elements ({limit + 1}) is greater than the node limit ({limit}).",
        origin=Origin.JSON,
        status=PAYLOAD_TOO_LARGE,
    )
