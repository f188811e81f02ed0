"""Which version of a package to use, so that all parties concerned can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cantata.kernel.time import MalformedTime, Timestamp
from cantata.lf.codec.errors import excerpt
from cantata.sandbox.engine.errors import UnknownInformees
from cantata.sandbox.participant.api import Request
from cantata.sandbox.participant.commands.parse import require_synchronizer
from cantata.sandbox.participant.errors import MalformedRequest, Refusal
from cantata.sandbox.participant.events.refusals import missing_field, require_parties
from cantata.sandbox.participant.interactive.bodies import (
    PreferredPackages,
    PreferredVersionQuery,
    VettingRequirement,
)
from cantata.sandbox.participant.node import Participant

Json = dict[str, Any]


class Preferences:
    """Tells the highest version in use of packages; all parties here use the same ones."""

    def __init__(self, node: Participant) -> None:
        self._node = node

    def packages(self, request: Request) -> Json:
        """Give the version to use of each name, refuse if one has none."""
        body: PreferredPackages = request.body
        requirements = body.package_vetting_requirements
        if not requirements:
            raise missing_field("package_vetting_requirements/packageVettingRequirements")
        self._require(requirements, body.synchronizer_id or "")
        names = dict.fromkeys(each.package_name for each in requirements)
        in_use = self._in_use(body.vetting_valid_at)
        unused = [name for name in names if name not in in_use]
        if unused:
            raise Refusal(
                "NO_PREFERRED_PACKAGES_FOUND",
                f"No version in use of: [{', '.join(unused)}]; vet a package of that name",
            )
        return {
            "packageReferences": [self._reference(in_use[name]) for name in names],
            "synchronizerId": self._node.identity.synchronizer.id,
        }

    def version(self, request: Request) -> Json:
        """Give the version to use of one name, null if there is none."""
        query: PreferredVersionQuery = request.query
        time = _instant(query.vetting_valid_at)
        wanted = VettingRequirement(parties=query.parties, package_name=query.package_name)
        self._require([wanted], query.synchronizer_id or "")
        package_id = self._in_use(time).get(query.package_name)
        if package_id is None:
            return {"packagePreference": None}
        return {
            "packagePreference": {
                "packageReference": self._reference(package_id),
                "synchronizerId": self._node.identity.synchronizer.id,
            }
        }

    def _require(self, requirements: Iterable[VettingRequirement], synchronizer: str) -> None:
        """Refuse unknown names, parties and synchronizers."""
        for each in requirements:
            if not each.parties:
                raise missing_field("parties")
            require_parties(each.parties)
            if not each.package_name:
                raise missing_field("package_name")
        require_synchronizer(self._node, synchronizer)
        known = {package.name for package in self._node.packages.packages.values()}
        wanted = dict.fromkeys(each.package_name for each in requirements)
        missing = [excerpt(name) for name in wanted if name not in known]
        if missing:
            raise Refusal(
                "PACKAGE_NAMES_NOT_FOUND",
                "The following package names do not match upgradable packages uploaded on this "
                f"participant: [{', '.join(missing)}].",
            )
        knows = self._node.knows_party
        parties = {party for each in requirements for party in each.parties}
        unknown = [party for party in parties if not knows(party)]
        if unknown:
            raise UnknownInformees(unknown)

    def _in_use(self, time: int | None) -> Mapping[str, str]:
        """Map names to the packages to use at a time, None for now."""
        packages = self._node.packages
        return packages.resolution() if time is None else packages.resolution_at(time)

    def _reference(self, package_id: str) -> Json:
        package = self._node.packages.packages[package_id]
        return {
            "packageId": package.id,
            "packageName": package.name,
            "packageVersion": package.version,
        }


def _instant(text: str | None) -> int | None:
    """Read an instant in microseconds since 1970; refuse a text that is none."""
    if text is None:
        return None
    try:
        return Timestamp.parse(text).microseconds
    except MalformedTime:
        raise MalformedRequest("Invalid value for: query parameter vetting_valid_at") from None
