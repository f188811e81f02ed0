"""The fields that several schemas of the exchange have."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from cantata.exchange.model.decisions import REASON_LENGTH_MAX, REFERENCE_LENGTH_MAX
from cantata.http import texts
from cantata.http.schemas import Answer, MemoText, PartyText, Request, checked
from cantata.kernel.ids import PartyId
from cantata.tokens.model import InstrumentId

ID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
IdText = Annotated[str, Field(pattern=ID_PATTERN)]
InstrumentText = Annotated[
    str, Field(min_length=1, max_length=255), AfterValidator(checked(texts.visible))
]
PackageText = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,255}$")]
ReasonText = Annotated[
    str,
    Field(min_length=1, max_length=REASON_LENGTH_MAX, pattern=r"\S"),
    AfterValidator(checked(texts.visible)),
]


class InstrumentRef(Request):
    """An instrument of any registry: its admin, and its id there."""

    admin: PartyText
    id: InstrumentText

    def to_model(self) -> InstrumentId:
        """Give the instrument's id."""
        return InstrumentId(PartyId(self.admin), self.id)


class Decision(Request):
    """Why somebody decides something; it is kept in the audit trail."""

    reason: ReasonText
    reference: MemoText = Field(
        default="", max_length=REFERENCE_LENGTH_MAX, description="A ticket or letter"
    )


class InstrumentName(Answer):
    """An instrument: its admin, and its id there."""

    admin: str
    id: str

    @classmethod
    def of(cls, instrument: InstrumentId) -> InstrumentName:
        """Show an instrument's id."""
        return cls(admin=instrument.admin, id=instrument.id)


class FailureReason(Answer):
    """Why something failed, or why its last try did."""

    code: str
    detail: str
    remedy: str
