"""Packages as a participant tells of them: vetted ones, preferred ones."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.kernel.time import Timestamp
from cantata.ledger.decoding import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Vetted:
    """A package that a participant has vetted on a synchronizer, within times or for ever."""

    package_id: str
    name: str
    version: str
    valid_from: Timestamp | None
    valid_until: Timestamp | None
    participant_id: str
    synchronizer_id: str


@dataclass(frozen=True, slots=True)
class Preferred:
    """The package that is used for a package name."""

    package_id: str
    name: str
    version: str


def vetted_packages(fields: Fields) -> tuple[Vetted, ...]:
    """Read what one participant has vetted on one synchronizer."""
    participant, synchronizer = fields.text("participantId"), fields.text("synchronizerId")

    def vetted(package: Fields) -> Vetted:
        return Vetted(
            package_id=package.text("packageId"),
            name=package.text("packageName"),
            version=package.text("packageVersion"),
            valid_from=package.time("validFromInclusive"),
            valid_until=package.time("validUntilExclusive"),
            participant_id=participant,
            synchronizer_id=synchronizer,
        )

    return fields.items("packages", vetted)


def preferred(fields: Fields) -> Preferred:
    """Read a preferred package."""
    return Preferred(
        fields.text("packageId"), fields.text("packageName"), fields.text("packageVersion")
    )
