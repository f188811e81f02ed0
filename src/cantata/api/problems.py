"""The one table of problems: for each code a status, a title and a page that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from cantata.api.kinds import EXCHANGE, Kind
from cantata.automation.errors import NotPossible
from cantata.http.errors import OperationFailed, RateLimited, RowsRefused
from cantata.http.operations import shown
from cantata.http.responses import PROBLEM_TYPE
from cantata.http.schemas import FieldError, Problem
from cantata.kernel.errors import CantataError
from cantata.ledger.errors import LedgerError, OutcomeUnknown, Refusal, Retryable

DOCS = "/docs/problems"
FIELDS_MAX = 50
SHOWN_MAX = 300

MALFORMED = 400
INVALID = 422
BROKEN = 500
BUSY = 503


TABLE: Mapping[str, Kind] = {
    **EXCHANGE,
    "MALFORMED_JSON": Kind(400, "The body is not JSON"),
    "CURSOR_REFUSED": Kind(400, "The cursor is not one of this list"),
    "IDEMPOTENCY_KEY_MISSING": Kind(400, "An idempotency key is needed"),
    "NOT_AUTHENTICATED": Kind(401, "Who calls is not proven"),
    "NOT_ALLOWED": Kind(403, "The caller may not do that"),
    "SAME_PERSON": Kind(403, "Somebody else has to approve"),
    "NOT_THE_REQUESTER": Kind(403, "Somebody else requested it"),
    "ROLE_NOT_GRANTABLE": Kind(403, "This role is handed over, not granted"),
    "CONFIRMATION_WRONG": Kind(403, "The confirmation names somebody else"),
    "NOT_FOUND": Kind(404, "There is nothing of this name"),
    "INSTRUMENT_UNKNOWN": Kind(404, "There is no such token"),
    "OFFER_UNKNOWN": Kind(404, "There is no such offer"),
    "ACCOUNT_UNKNOWN": Kind(404, "There is no such account"),
    "ALLOWANCE_UNKNOWN": Kind(404, "There is no such allowance"),
    "APPROVAL_UNKNOWN": Kind(404, "There is no such request"),
    "USER_UNKNOWN": Kind(404, "There is no such user"),
    "ORGANISATION_UNKNOWN": Kind(404, "There is no such organisation"),
    "ROLE_UNKNOWN": Kind(404, "There is no such role"),
    "KEY_UNKNOWN": Kind(404, "There is no such key"),
    "METHOD_NOT_ALLOWED": Kind(405, "The path has no such method"),
    "IDEMPOTENCY_CONFLICT": Kind(409, "The key was used for another request"),
    "ALREADY_PAUSED": Kind(409, "It is paused already"),
    "NOT_PAUSED": Kind(409, "It is not paused"),
    "ACCOUNT_EXISTS": Kind(409, "The holder has an account"),
    "ACCOUNT_ALREADY_FROZEN": Kind(409, "The account is frozen already"),
    "ACCOUNT_NOT_FROZEN": Kind(409, "The account is not frozen"),
    "ACCOUNT_FROZEN": Kind(409, "The account is frozen"),
    "FREEZE_WITHOUT_EFFECT": Kind(409, "The token asks for no accounts"),
    "APPROVAL_NEEDED": Kind(409, "The approver has to agree"),
    "APPROVAL_DECIDED": Kind(409, "The request waits no more"),
    "APPROVER_CHANGED": Kind(409, "Somebody else approves by now"),
    "SYMBOL_TAKEN": Kind(409, "The symbol is taken"),
    "LAST_ADMIN": Kind(409, "Nobody would administer the role"),
    "LAST_HOLDER": Kind(409, "Nobody would act for the party for good"),
    "HANDOVER_REFUSED": Kind(409, "No such handover is pending"),
    "HANDOVER_TOO_EARLY": Kind(409, "The handover cannot be accepted yet"),
    "ILLEGAL_TRANSITION": Kind(409, "It is in another state by now", is_retryable=True),
    "ANSWER_TIMED_OUT": Kind(503, "Who has to be asked did not answer", is_retryable=True),
    "CONSULT_TIMED_OUT": Kind(503, "Who has to be asked did not answer", is_retryable=True),
    "NOT_NOW": Kind(409, "Something it needs is in use", is_retryable=True),
    "TOO_FRAGMENTED": Kind(409, "The funds are in too many pieces", is_retryable=True),
    "BODY_TOO_LARGE": Kind(413, "The body is too large"),
    "REQUEST_TOO_LARGE": Kind(413, "The request is too large"),
    "UNSUPPORTED_MEDIA_TYPE": Kind(415, "The body is not JSON"),
    "VALIDATION_FAILED": Kind(422, "A field does not hold what it must"),
    "INVALID_FIELD": Kind(422, "A field does not hold what it must"),
    "TEXT_REFUSED": Kind(422, "A text has characters that deceive or cannot be shown"),
    "AMOUNT_MUST_BE_STRING": Kind(422, "An amount is a string"),
    "AMOUNT_MALFORMED": Kind(422, "This is no amount"),
    "CURRENCY_UNKNOWN": Kind(422, "This is no currency"),
    "PRECISION_EXCEEDED": Kind(422, "The amount is too fine"),
    "AMOUNT_NOT_POSITIVE": Kind(422, "The amount is not positive"),
    "CAP_TOO_PRECISE": Kind(422, "The cap is too fine"),
    "CAP_EXCEEDED": Kind(422, "The cap would be exceeded"),
    "INSUFFICIENT_FUNDS": Kind(422, "There is not enough"),
    "OPERATION_PAUSED": Kind(422, "The operation is paused"),
    "SENDER_FROZEN": Kind(422, "The sender's account is frozen"),
    "RECEIVER_FROZEN": Kind(422, "The receiver's account is frozen"),
    "NOT_VERIFIED": Kind(422, "The holder is not verified"),
    "VERIFICATION_EXPIRED": Kind(422, "The holder's verification has expired"),
    "COUNTRY_REFUSED": Kind(422, "The holder's country is not admitted"),
    "HOLDER_LIMIT": Kind(422, "There are as many holders as there may be"),
    "BALANCE_LIMIT": Kind(422, "One holder may not have so much"),
    "LOCKED_UP": Kind(422, "The holdings are locked up"),
    "VOLUME_LIMIT": Kind(422, "The sender has moved as much as it may"),
    "TOKEN_CLOSED": Kind(422, "The token is closed"),
    "NOT_ONBOARDED": Kind(422, "The party has no account with the issuer"),
    "FROZEN_TOO_LITTLE": Kind(422, "Less than that is frozen"),
    "BALANCE_TOO_SMALL": Kind(422, "The party has less than that"),
    "TOO_MANY_HOLDINGS": Kind(422, "The funds are in too many pieces"),
    "NOTHING_TO_RECOVER": Kind(422, "The lost party has nothing"),
    "SAME_PARTY": Kind(422, "Both sides are the same"),
    "APPROVER_MISSING": Kind(422, "Nobody is named who approves"),
    "APPROVER_FOREIGN": Kind(422, "The approver is not of this platform"),
    "ALLOWANCE_EXCEEDED": Kind(422, "The allowance leaves less than that"),
    "ALLOWANCE_EXPIRED": Kind(422, "The allowance has expired"),
    "CONFIRMATION_MISSING": Kind(422, "It has to be confirmed"),
    "TRANSFER_TO_SELF": Kind(422, "Sender and receiver are the same"),
    "PARTY_UNKNOWN": Kind(422, "The ledger does not know the party"),
    "NO_PREAPPROVAL": Kind(422, "The receiver did not agree"),
    "NOTHING_TO_MERGE": Kind(422, "There is nothing to merge"),
    "OFFER_EXPIRED": Kind(422, "The offer's time is over"),
    "DEADLINE_TOO_EARLY": Kind(422, "The deadline has passed"),
    "DEADLINE_PASSED": Kind(422, "The deadline has passed"),
    "CODE_WRONG": Kind(422, "The code is not the one that was mailed"),
    "HOLDER_UNCLEAR": Kind(422, "It is not clear who is to have it"),
    "TOO_MANY_ORGANISATIONS": Kind(422, "There are too many organisations"),
    "TOO_MANY_KEYS": Kind(422, "There are too many keys"),
    "TOPOLOGY_UNKNOWN": Kind(422, "This is not what was to be signed"),
    "NOT_POSSIBLE": Kind(422, "A rule forbids it"),
    "TOKEN_REFUSED": Kind(422, "A rule of the token forbids it"),
    "DAML_FAILURE": Kind(422, "The contract refused"),
    "LEDGER_REFUSED": Kind(422, "The ledger refused"),
    "NOT_RECORDED": Kind(422, "The ledger did not record it", is_retryable=True),
    "OFFSET_NOT_REACHED": Kind(404, "This offset is not ingested yet"),
    "DOCUMENT_VERSION_TAKEN": Kind(409, "The document has this version"),
    "TOO_MANY_DOCUMENTS": Kind(422, "There are too many documents"),
    "TOO_MANY_ENTRIES": Kind(422, "The metadata would be too large"),
    "ENTRY_RESERVED": Kind(422, "The entry is the platform's own"),
    "BATCH_REFUSED": Kind(422, "Rows of the batch are refused"),
    "BATCH_UNREADABLE": Kind(422, "The batch cannot be read"),
    "BATCH_TOO_LARGE": Kind(413, "The batch has too many rows"),
    "BATCH_OVER_LIMIT": Kind(413, "The batch is larger than its rate limit"),
    "PERIOD_REFUSED": Kind(422, "The period cannot be stated"),
    "STATEMENT_TOO_LONG": Kind(422, "The period has too many movements"),
    "STATEMENT_REFUSED": Kind(422, "It cannot be stated"),
    "REPORTS_NOT_INSTALLED": Kind(503, "The writer of PDF is not installed"),
    "NOT_AWAITING_SIGNATURE": Kind(409, "It does not wait for a signature"),
    "NOT_CANCELLABLE": Kind(409, "It cannot be taken back any more"),
    "SIGNATURE_REFUSED": Kind(422, "The signature does not verify"),
    "KEY_REFUSED": Kind(422, "This can be no party's key"),
    "SIGNERS_MIXED": Kind(422, "Not all who act sign alike"),
    "NOT_ONE_COMMAND": Kind(422, "One signature is for one command"),
    "SIGNATURE_MISSING": Kind(422, "No signature came in time"),
    "SIGNER_UNAVAILABLE": Kind(503, "The signer does not sign", is_retryable=True),
    "SIGNER_UNKNOWN": Kind(503, "The signer is not configured here", is_retryable=True),
    "SIGNING_UNAVAILABLE": Kind(503, "Nobody prepares what is to be signed"),
    "NOT_AS_INTENDED": Kind(422, "The ledger prepared something else"),
    "WAITED_TOO_LONG": Kind(409, "What it needs did not come free", is_retryable=True),
    "PREPARATION_FAILED": Kind(422, "It could not be prepared"),
    "ALLOCATION_UNKNOWN": Kind(404, "There is no such allocation"),
    "SPECIFICATION_MALFORMED": Kind(422, "This is no allocation"),
    "MOVEMENT_REFUSED": Kind(422, "A rule of the token forbids it"),
    "ROWS_REFUSED": Kind(422, "Rows are refused"),
    "ROW_KEY_REFUSED": Kind(422, "A row's key is none, or is another row's"),
    "MEMOS_DIFFER": Kind(422, "One transaction has one memo"),
    "OWNERS_DIFFER": Kind(422, "One transaction has one sender"),
    "WRONG_SIGNERS": Kind(422, "These are not the signatures that are needed"),
    "RATE_LIMITED": Kind(429, "Too many requests", is_retryable=True),
    "INTERNAL_ERROR": Kind(500, "Something went wrong here"),
    "DATABASE_UNAVAILABLE": Kind(503, "The database cannot be used", is_retryable=True),
    "DATABASE_BUSY": Kind(503, "The database took too long", is_retryable=True),
    "SCHEMA_OUTDATED": Kind(503, "The database has another schema"),
    "MIGRATION_REFUSED": Kind(503, "The schema cannot be changed"),
    "SSO_NOT_OFFERED": Kind(404, "No other issuer of tokens is trusted"),
    "ISSUER_UNAVAILABLE": Kind(503, "The issuer of tokens cannot be asked", is_retryable=True),
    "MAIL_UNAVAILABLE": Kind(503, "Mail cannot be sent", is_retryable=True),
    "LEDGER_UNREACHABLE": Kind(503, "The ledger cannot be reached", is_retryable=True),
    "LEDGER_BUSY": Kind(503, "The ledger is busy", is_retryable=True),
    "OUTCOME_UNKNOWN": Kind(503, "The ledger's answer is missing", is_retryable=True),
    "LEDGER_ERROR": Kind(503, "The ledger failed", is_retryable=True),
    "MALFORMED_ANSWER": Kind(503, "The ledger's answer cannot be read", is_retryable=True),
    "CIRCUIT_OPEN": Kind(503, "The ledger is given a rest", is_retryable=True),
    "TOKEN_UNREACHABLE": Kind(503, "The ledger's issuer of tokens is away", is_retryable=True),
    "NOT_PERMITTED": Kind(503, "The ledger does not let the platform do that"),
    "ALREADY_EXISTS": Kind(409, "The ledger has it already"),
    "DUPLICATE_COMMAND": Kind(409, "The ledger has this command already"),
    "MALFORMED_REQUEST": Kind(422, "The ledger cannot read it"),
    "NOT_SUPPORTED": Kind(422, "The ledger cannot do that"),
    "TOO_LARGE": Kind(422, "The ledger gives no more at once"),
    "STORAGE_ERROR": Kind(503, "The database failed", is_retryable=True),
    "EMBEDDED_DATABASE_FAILED": Kind(503, "The database does not run", is_retryable=True),
    "EMBEDDED_DATABASE_MISSING": Kind(503, "The database is not installed"),
    "LEDGER_FAULT": Kind(503, "The ledger failed", is_retryable=True),
}

_INTERNAL = "something went wrong here; the request's id finds it in our log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A problem before it is written."""

    code: str
    kind: Kind
    detail: str
    remedy: str = ""
    context: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    operation: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def kind_of(error: CantataError) -> Kind:
    """Give what an error means; those of rules that have no row of their own are 422."""
    found = TABLE.get(error.code)
    if found is not None:
        return found
    if isinstance(error, OutcomeUnknown | Retryable):
        return TABLE["LEDGER_BUSY"]
    if isinstance(error, NotPossible | Refusal):
        return TABLE["NOT_POSSIBLE"]
    if isinstance(error, LedgerError):
        return TABLE["LEDGER_FAULT"]
    return TABLE["INTERNAL_ERROR"]


def of_error(error: CantataError) -> Refused:
    """Turn an error of ours into a problem; what is not meant for callers stays inside."""
    if isinstance(error, OperationFailed):
        return _of_failure(error)
    kind = kind_of(error)
    if kind.status == BROKEN:
        return Refused(code="INTERNAL_ERROR", kind=kind, detail=_INTERNAL)
    if kind.status == BUSY:
        return Refused(
            code=error.code,
            kind=kind,
            detail=f"{kind.title.lower()} at the moment",
            remedy="try again in a moment",
            headers={"Retry-After": "2"},
        )
    headers: dict[str, str] = {}
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(error.seconds)
        if error.policy:
            headers["RateLimit-Policy"] = error.policy
            headers["RateLimit"] = f'"{error.limit}";r=0;t={error.seconds}'
    if kind.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="cantata"'
    return Refused(
        code=error.code,
        kind=kind,
        detail=error.message,
        remedy=error.hint,
        context=error.context,
        errors=_rows(error),
        headers=headers,
    )


def of_validation(error: RequestValidationError) -> Refused:
    """Turn what is wrong with fields into one problem that names them all."""
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return Refused(
            code="MALFORMED_JSON", kind=TABLE["MALFORMED_JSON"], detail="the body is not JSON"
        )
    fields = tuple(_field(each) for each in found[:FIELDS_MAX])
    codes = {each.code for each in fields} - {"VALIDATION_FAILED"}
    code = codes.pop() if len(codes) == 1 and len(fields) == 1 else "VALIDATION_FAILED"
    code = code if code in TABLE else "VALIDATION_FAILED"
    return Refused(
        code=code,
        kind=TABLE[code],
        detail="; ".join(f"{each.field}: {each.message}" for each in fields[:3]),
        remedy="see `errors` for each field",
        errors=fields,
    )


def of_status(status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> Refused:
    """Turn a bare status of the framework into a problem; its headers go with it."""
    codes = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}
    code = codes.get(status, "MALFORMED_JSON" if status < BROKEN else "INTERNAL_ERROR")
    return Refused(
        code=code,
        kind=TABLE[code],
        detail=detail if status < BROKEN else _INTERNAL,
        headers=headers or {},
    )


def answer(refused: Refused, request_id: str) -> JSONResponse:
    """Write a problem."""
    problem = Problem(
        type=f"{DOCS}#{refused.code.lower()}",
        title=refused.kind.title,
        status=refused.kind.status,
        code=refused.code,
        detail=refused.detail,
        remedy=refused.remedy,
        request_id=request_id,
        retryable=refused.kind.is_retryable,
        context=shown(refused.context),
        errors=list(refused.errors),
        operation=refused.operation,
    )
    return JSONResponse(
        problem.model_dump(mode="json"),
        refused.kind.status,
        headers=dict(refused.headers),
        media_type=PROBLEM_TYPE,
    )


def _of_failure(error: OperationFailed) -> Refused:
    failure = error.intent.failure
    assert failure is not None, error.intent.id
    kind = TABLE.get(failure.code, TABLE["NOT_POSSIBLE"])
    return Refused(
        code=failure.code,
        kind=kind,
        detail=failure.message,
        remedy=failure.hint,
        context=failure.context,
        operation=f"/v1/operations/{error.intent.id}",
    )


def _rows(error: CantataError) -> tuple[FieldError, ...]:
    """Give what is wrong with rows, each with its line and its column."""
    if not isinstance(error, RowsRefused):
        return ()
    return tuple(
        FieldError(
            field=f"line {fault.line}" + (f", column {fault.column}" if fault.column else ""),
            code=fault.code,
            message=fault.message[:SHOWN_MAX],
            line=fault.line,
            column=fault.column or None,
        )
        for fault in error.faults
    )


def _field(found: Any) -> FieldError:
    place = ".".join(str(part) for part in found["loc"])
    context = found.get("ctx") or {}
    code = context.get("code") if found["type"] == "refused" else None
    return FieldError(
        field=place[:SHOWN_MAX],
        code=str(code or "VALIDATION_FAILED"),
        message=str(found["msg"])[:SHOWN_MAX],
    )
