"""What is asked and answered about pre-approvals and rewards of treasuries."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cantata.automation.model import Failure
from cantata.exchange.model.preapprovals import TERM, TERM_MAX, TERM_MIN, Preapproval, Standing
from cantata.exchange.model.rewards import Rewards
from cantata.exchange.schemas.common import (
    Decision,
    FailureReason,
    InstrumentName,
    InstrumentRef,
)
from cantata.exchange.service.preapprovals import WantedPreapproval
from cantata.http.schemas import Answer, PartyText
from cantata.kernel.ids import PartyId
from cantata.kernel.time import RelTime

_SECOND = 1_000_000

TermSeconds = Annotated[
    int, Field(ge=TERM_MIN.microseconds // _SECOND, le=TERM_MAX.microseconds // _SECOND)
]
ModeName = Literal["off", "markers", "traffic"]
StandingName = Literal["missing", "active", "expiring", "expired"]


class PreapprovalRequest(Decision):
    """A pre-approval that a treasury is to have."""

    treasury: PartyText
    instrument: InstrumentRef
    provider: PartyText | None = Field(
        default=None, description="Who answers for it, where a provider has to, as for Canton Coin"
    )
    term_seconds: TermSeconds = TERM.microseconds // _SECOND

    def to_model(self) -> WantedPreapproval:
        """Give what is asked for."""
        return WantedPreapproval(
            treasury=PartyId(self.treasury),
            instrument=self.instrument.to_model(),
            provider=None if self.provider is None else PartyId(self.provider),
            term=RelTime(microseconds=self.term_seconds * _SECOND),
        )


class PreapprovalDropRequest(Decision):
    """A pre-approval that is cared for no longer."""

    treasury: PartyText
    instrument: InstrumentRef


class PreapprovalAnswer(Answer):
    """A pre-approval that a treasury is to have, and the contract that stood for it last."""

    treasury: str
    instrument: InstrumentName
    form: Literal["own", "proposed"]
    provider: str
    term_seconds: int
    standing: StandingName
    contract_id: str | None
    expires_at: str | None
    checked_at: str | None
    failure: FailureReason | None

    @classmethod
    def of(cls, known: Preapproval, standing: Standing) -> PreapprovalAnswer:
        """Show a pre-approval."""
        return cls(
            treasury=known.treasury,
            instrument=InstrumentName.of(known.instrument),
            form=known.form.value,
            provider=known.provider,
            term_seconds=known.term.microseconds // _SECOND,
            standing=standing.value,
            contract_id=known.contract_id,
            expires_at=None if known.expires_at is None else str(known.expires_at),
            checked_at=None if known.checked_at is None else str(known.checked_at),
            failure=_reason(known.failure),
        )


class Preapprovals(Answer):
    """All pre-approvals that treasuries are to have."""

    items: list[PreapprovalAnswer]
    next_cursor: str | None = None


class Dropped(Answer):
    """Whether there was something to drop."""

    changed: bool


class RewardsRequest(Decision):
    """How a treasury is to be rewarded."""

    mode: ModeName
    provider: PartyText | None = Field(
        default=None, description="The featured party that makes markers"
    )


class RewardsAnswer(Answer):
    """How a treasury is rewarded; `right_id` is the provider's right to mark activity, if seen."""

    treasury: str
    mode: ModeName
    provider: str
    right_id: str | None

    @classmethod
    def of(cls, rewards: Rewards) -> RewardsAnswer:
        """Show how a treasury is rewarded."""
        return cls(
            treasury=rewards.treasury,
            mode=rewards.mode.value,
            provider=rewards.provider,
            right_id=rewards.right_id,
        )


def _reason(failure: Failure | None) -> FailureReason | None:
    if failure is None:
        return None
    return FailureReason(code=failure.code, detail=failure.message, remedy=failure.hint)
