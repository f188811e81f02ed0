"""The fields that requests and answers of all slices are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from cantata.http import texts
from cantata.kernel.errors import CantataError
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.time import Timestamp

AMOUNT_PATTERN = r"^(0|[1-9][0-9]{0,27})(\.[0-9]{1,10})?$"
PARTY_PATTERN = r"^[A-Za-z0-9_\- ]([A-Za-z0-9:_\- ]{0,183}[A-Za-z0-9_\- ])?::1220[0-9a-f]{64}$"


def checked(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Turn a check that raises a CantataError into one that pydantic reports by its code."""

    def run(value: Any) -> Any:
        try:
            return check(value)
        except CantataError as error:
            # pydantic formats its messages: braces of ours are none of its own.
            text = f"{error.message}{f'; {error.hint}' if error.hint else ''}"
            raise PydanticCustomError(
                "refused", "{reason}", {"reason": text, "code": error.code}
            ) from error

    return run


def _party(value: str) -> str:
    return str(PartyId(value))


def _moment(value: str) -> str:
    return str(Timestamp.parse(value))


def _contract(value: str) -> str:
    return str(ContractId(value))


AmountText = Annotated[
    str,
    BeforeValidator(checked(texts.amount)),
    WithJsonSchema({"type": "string", "pattern": AMOUNT_PATTERN, "examples": ["12.50"]}),
]
PartyText = Annotated[
    str,
    Field(max_length=255),
    AfterValidator(checked(_party)),
    WithJsonSchema({"type": "string", "maxLength": 255, "pattern": PARTY_PATTERN}),
]
ContractText = Annotated[
    str,
    Field(max_length=255),
    AfterValidator(checked(_contract)),
    WithJsonSchema({"type": "string", "maxLength": 255, "pattern": "^0[01][0-9a-f]+$"}),
]
MomentText = Annotated[
    str,
    Field(max_length=40),
    AfterValidator(checked(_moment)),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
NameText = Annotated[
    str, Field(min_length=1, max_length=texts.NAME_MAX), AfterValidator(checked(texts.name))
]
MemoText = Annotated[str, Field(max_length=texts.MEMO_MAX), AfterValidator(checked(texts.visible))]
EmailText = Annotated[
    str,
    Field(max_length=texts.EMAIL_MAX),
    AfterValidator(checked(texts.email)),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": texts.EMAIL_MAX}),
]


class Request(BaseModel):
    """A body that is sent to us; members that it does not know are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Answer(BaseModel):
    """A body that we send."""

    model_config = ConfigDict(frozen=True)


class FieldError(Answer):
    """What is wrong with one field of a request."""

    field: str = Field(description="Where, as a path such as body.amount")
    code: str
    message: str
    line: int | None = Field(default=None, description="The line, of what was sent as rows")
    column: str | None = Field(default=None, description="The column, of what was sent as rows")


class Problem(Answer):
    """Why a request was not carried out, after RFC 9457."""

    type: str = Field(description="Page that explains the code")
    title: str
    status: int
    code: str = Field(description="The stable name of the reason")
    detail: str = Field(description="What happened, with the values of this case")
    remedy: str = Field(description="What to do next")
    request_id: str
    retryable: bool = Field(description="Whether the same request may succeed later")
    context: dict[str, str] = {}
    errors: list[FieldError] = []
    operation: str | None = Field(default=None, description="The operation that ended so")
