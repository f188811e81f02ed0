"""Featured apps: how an app of Canton Network marks the activity that it is rewarded for."""

from __future__ import annotations

from cantata.lang import (
    ContractId,
    Decimal,
    Interface,
    Party,
    Record,
    abstractmethod,
    choice,
    foreign,
    method,
    view,
)

PACKAGE = foreign(
    "splice-api-featured-app-v1",
    "1.0.0",
    id="7804375fe5e4c6d5afe067bd314c42fe0b7d005a1300019c73154dd939da4dda",
    module="Splice.Api.FeaturedAppRightV1",
)


class AppRewardBeneficiary(Record):
    """A party and its share of a reward."""

    beneficiary: Party
    weight: Decimal


class FeaturedAppActivityMarkerView(Record):
    """What is shown of an activity marker."""

    dso: Party
    provider: Party
    beneficiary: Party
    weight: Decimal


class FeaturedAppActivityMarker(Interface):
    """A record of activity that a reward will be paid for."""

    @view
    def featured_app_activity_marker_view(self) -> FeaturedAppActivityMarkerView:
        """Show what apps may know."""


class FeaturedAppRight_CreateActivityMarkerResult(Record):
    """The markers, one for each beneficiary."""

    activity_marker_cids: list[ContractId[FeaturedAppActivityMarker]]


class FeaturedAppRightView(Record):
    """What is shown of a featured-app right."""

    dso: Party
    provider: Party


class FeaturedAppRight_CreateActivityMarker(Record):
    """The provider marks activity."""

    beneficiaries: list[AppRewardBeneficiary]


class FeaturedAppRight(Interface):
    """The right of a provider to mark activity."""

    @view
    def featured_app_right_view(self) -> FeaturedAppRightView:
        """Show what apps may know."""

    @method(daml="featuredAppRight_CreateActivityMarkerImpl", effects=True)
    @abstractmethod
    def featured_app_right_create_activity_marker_impl(
        self, cid: ContractId[FeaturedAppRight], arg: FeaturedAppRight_CreateActivityMarker
    ) -> FeaturedAppRight_CreateActivityMarkerResult:
        """Do what the choice FeaturedAppRight_CreateActivityMarker promises."""

    @choice(
        name="FeaturedAppRight_CreateActivityMarker",
        consuming=False,
        controllers=lambda self: [self.featured_app_right_view().provider],
    )
    def featured_app_right_create_activity_marker(
        self, arg: FeaturedAppRight_CreateActivityMarker
    ) -> FeaturedAppRight_CreateActivityMarkerResult:
        """Mark activity for the beneficiaries."""
        return self.featured_app_right_create_activity_marker_impl(self.contract_id, arg)
