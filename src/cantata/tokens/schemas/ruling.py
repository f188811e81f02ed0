"""What requests about a token's rules hold, and what is answered about them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from cantata.http import texts
from cantata.http.schemas import AmountText, Answer, PartyText, Request, checked
from cantata.http.texts import TextRefused
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.tokens.interventions import CloseOrder, PauseOrder, RulesOrder
from cantata.tokens.model import InstrumentId
from cantata.tokens.rules_policy import Operation
from cantata.tokens.schemas.answers import TokenName
from cantata.tokens.schemas.requests import CountryText
from cantata.tokens.service.ruling import RulesView
from cantata.tokens.supervision import (
    COUNTRIES_MAX,
    HOLDERS_MAX,
    WINDOW_SECONDS_MAX,
    TokenLimits,
)

REASON_MAX = 500
OperationName = Literal["transfer", "accept", "allocate", "settle", "burn", "mint"]
ReasonText = Annotated[
    str, Field(min_length=1, max_length=REASON_MAX), AfterValidator(checked(texts.name))
]
SECOND = 1_000_000


class ReasonRequest(Request):
    """Why something is done."""

    reason: ReasonText


class PauseRequest(ReasonRequest):
    """What is to be paused, or to go on; by default all that is left."""

    operations: list[OperationName] = Field(default=[], max_length=len(Operation))

    def to_model(self, token: InstrumentId, *, paused: bool) -> PauseOrder:
        """Give the order."""
        named = tuple(Operation(each.capitalize()) for each in self.operations)
        return PauseOrder(token=token, operations=named, paused=paused, reason=self.reason)


class CloseRequest(ReasonRequest):
    """A token that is to end; `confirm` must be its symbol."""

    confirm: str = Field(max_length=32)

    def to_model(self, token: InstrumentId) -> CloseOrder:
        """Give the order."""
        return CloseOrder(token=token, reason=self.reason)


class RulesRequest(ReasonRequest):
    """Terms that are to hold, all of them: what is left out is as it is by default."""

    accounts_required: bool = False
    countries: list[CountryText] = Field(
        default=[], max_length=COUNTRIES_MAX, description="Whose holders are admitted; all if empty"
    )
    approver: PartyText | None = Field(
        default=None, description="Whose users approve forced transfers and changes of the rules"
    )

    def to_model(self, token: InstrumentId) -> RulesOrder:
        """Give the order."""
        return RulesOrder(
            token=token,
            accounts_required=self.accounts_required,
            countries=tuple(dict.fromkeys(self.countries)),
            approver=None if self.approver is None else PartyId(self.approver),
            reason=self.reason,
        )


class LimitsRequest(ReasonRequest):
    """All limits of a token; what is left out has none."""

    holders: int | None = Field(default=None, ge=1, le=HOLDERS_MAX)
    balance: AmountText | None = None
    volume: AmountText | None = None
    window_seconds: int | None = Field(default=None, ge=1, le=WINDOW_SECONDS_MAX)

    @model_validator(mode="after")
    def volume_has_a_window(self) -> LimitsRequest:
        """Want both of volume and window, or none."""

        def check(value: LimitsRequest) -> LimitsRequest:
            if (value.volume is None) != (value.window_seconds is None):
                raise TextRefused("volume and window_seconds belong together")
            return value

        found: LimitsRequest = checked(check)(self)
        return found

    def to_model(self) -> TokenLimits:
        """Give the limits."""
        seconds = self.window_seconds
        return TokenLimits(
            holders=self.holders,
            balance=None if self.balance is None else Decimal(self.balance),
            volume=None if self.volume is None else Decimal(self.volume),
            window=None if seconds is None else RelTime.of(seconds=seconds),
        )


class LimitsAnswer(Answer):
    """Limits that the registry holds transfers to."""

    holders: int | None
    balance: str | None
    volume: str | None
    window_seconds: int | None

    @classmethod
    def of(cls, found: TokenLimits) -> LimitsAnswer:
        """Show limits."""
        window = found.window
        return cls(
            holders=found.holders,
            balance=None if found.balance is None else str(found.balance),
            volume=None if found.volume is None else str(found.volume),
            window_seconds=None if window is None else window.microseconds // SECOND,
        )


class RulesAnswer(Answer):
    """What holds for a token: its terms by the ledger, its limits by the registry."""

    token: TokenName
    closed: bool = Field(description="Whether nothing of it moves any more")
    paused: list[OperationName]
    accounts_required: bool
    countries: list[str]
    approver: str | None
    limits: LimitsAnswer

    @classmethod
    def of(cls, view: RulesView) -> RulesAnswer:
        """Show what holds."""
        rules = view.rules
        paused = sorted(each.value.lower() for each in view.paused)
        return cls.model_validate(
            {
                "token": TokenName.of(view.token),
                "closed": rules is None,
                "paused": paused,
                "accounts_required": rules is not None and rules.accounts_required,
                "countries": [] if rules is None else sorted(rules.countries),
                "approver": None if rules is None else rules.approver,
                "limits": LimitsAnswer.of(view.limits),
            }
        )
