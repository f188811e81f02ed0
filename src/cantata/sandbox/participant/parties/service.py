"""What the party service does about local parties and the details of all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from cantata.sandbox.participant.administration.identifiers import (
    require_party,
    require_party_name,
    shortened,
    unique_identifier_fault,
)
from cantata.sandbox.participant.administration.metadata import (
    fresh_annotations,
    mask_paths,
    merged_annotations,
    wanted_version,
)
from cantata.sandbox.participant.administration.paging import page
from cantata.sandbox.participant.administration.refusals import (
    explained,
    invalid_argument,
    invalid_field,
    missing_field,
)
from cantata.sandbox.participant.api import Request
from cantata.sandbox.participant.errors import Origin, Refusal
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.parties.bodies import (
    AllocateParty,
    PartiesQuery,
    PartyBody,
    PartyQuery,
    UpdateParty,
)
from cantata.sandbox.participant.parties.state import Parties, Party
from cantata.sandbox.participant.topology import note_authorization
from cantata.sandbox.participant.users import IdentityProviders, Users
from cantata.sandbox.participant.users.rights import Right

PAGE_MAX = 10_000
PARTIES_MAX = 1_000

_PATHS = frozenset(
    {"local_metadata", "local_metadata.annotations", "local_metadata.resource_version"}
)
_IGNORED = frozenset({"party", "is_local", "identity_provider_id"})


class PartyService:
    """The use cases about parties."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._parties = node.part(Parties)
        self._users = node.part(Users)
        self._providers = node.part(IdentityProviders)

    def allocate(self, request: Request) -> dict[str, Any]:
        """Allocate a local party."""
        body: AllocateParty = request.body
        request.claims.require_administration(body.identity_provider_id)
        hint = body.party_id_hint or f"party-{self._node.fresh_uuid()}"
        with explained({"parties": f"['{hint}']"}):
            require_party_name(hint)
            self._providers.require(body.identity_provider_id)
            annotations = fresh_annotations(body.local_metadata, "local_metadata")
            self._require_synchronizer(body.synchronizer_id)
            self._require_user(body.user_id)
            party = self._node.identity.party_id(hint)
            self._require_new(party)
            made = Party(
                id=party,
                annotations=annotations,
                identity_provider_id=body.identity_provider_id,
            )
            self._parties.put(made)
            note_authorization(self._node, party, trace_id=request.trace_id)
            if body.user_id:
                self._users.grant(body.user_id, [Right("CanActAs", party)])
        return {"partyDetails": made.to_json()}

    def all(self, request: Request) -> dict[str, Any]:
        """Give a page of the parties, by id."""
        query: PartiesQuery = request.query
        provider = self._scope(request, query.identity_provider_id)
        prefix = query.filter_party or ""
        require_party(prefix)

        def shown(party: str) -> bool:
            found = self._parties.find(party)
            in_scope = found is not None and provider in ("", found.identity_provider_id)
            return in_scope and party.startswith(prefix)

        found, token = page(
            self._parties.ids,
            query.page_size,
            query.page_token,
            size_max=PAGE_MAX,
            origin=Origin.NODE,
            shown=shown,
        )
        return {"partyDetails": [self._details(party) for party in found], "nextPageToken": token}

    def get(self, request: Request) -> dict[str, Any]:
        """Give parties; unknown ones are left out."""
        query: PartyQuery = request.query
        provider = self._scope(request, query.identity_provider_id)
        wanted = sorted({request.path["party"], *query.parties})[:PARTIES_MAX]
        with explained({"parties": f"[{', '.join(map(_quoted, wanted))}]"}):
            for party in wanted:
                require_party(party)
        found = [party for party in wanted if self._parties.exists(party)]
        details = [self._details(party) for party in found]
        shown = [each for each in details if provider in ("", each["identityProviderId"])]
        return {"partyDetails": shown}

    def update(self, request: Request) -> dict[str, Any]:
        """Set the details of a party."""
        body: UpdateParty = request.body
        details, in_path = body.party_details, request.path["party"]
        if details is not None and details.party != in_path:
            text = f"{in_path} does not match party in body Some({_shown(details)})"
            raise invalid_argument(text, Origin.JSON)
        if details is None:
            raise missing_field("party_details")
        request.claims.require_administration(details.identity_provider_id)
        require_party(details.party)
        paths = mask_paths(body.update_mask)
        if not paths:
            raise _bad_update(in_path, "The update mask contains no entries.")
        for path in paths:
            if path not in _PATHS | _IGNORED:
                raise _bad_update(in_path, f"The update path: '{path}' points to an unknown field.")
        changed = self._changed(details, annotate=any(path in _PATHS for path in paths))
        request.claims.require_administration(changed.identity_provider_id)
        self._parties.put(changed)
        return {"partyDetails": changed.to_json()}

    def participant_id(self, request: Request) -> dict[str, Any]:
        """Give the id of the participant."""
        return {"participantId": self._node.identity.participant_id}

    def _changed(self, details: PartyBody, *, annotate: bool) -> Party:
        party = self._parties.find(details.party)
        if party is None or not party.authorized:
            raise Refusal(
                "PARTY_NOT_FOUND",
                f"Party: '{details.party}' was not found when updating its details",
                origin=Origin.REQUEST,
                resources=[("PARTY", details.party)],
            )
        version = wanted_version(details.local_metadata)
        if version is not None and version != party.version:
            raise Refusal(
                "CONCURRENT_PARTY_DETAILS_UPDATE_DETECTED",
                f"Update operation for party '{details.party}' failed due to a concurrent update "
                "to the same party",
                origin=Origin.REQUEST,
                resources=[("PARTY", details.party)],
            )
        annotations = party.annotations
        if annotate and details.local_metadata is not None:
            annotations = merged_annotations(annotations, details.local_metadata.annotations)
        next_version = 0 if party.version is None else party.version + 1
        return replace(party, annotations=annotations, version=next_version)

    def _details(self, party: str) -> dict[str, Any]:
        found = self._parties.find(party)
        return found.to_json() if found else {}

    def _scope(self, request: Request, wanted: str | None) -> str:
        """Give the identity provider to which an answer is confined, "" for none."""
        claims = request.claims
        if claims.admin or claims.anything:
            return wanted or ""
        claims.require_administration(wanted or "")
        return claims.identity_provider_id

    def _require_synchronizer(self, synchronizer: str) -> None:
        if not synchronizer:
            return
        fault = unique_identifier_fault(synchronizer)
        if fault is not None:
            raise invalid_field("synchronizer_id", fault)
        if synchronizer != self._node.identity.synchronizer.id:
            raise Refusal(
                "NOT_CONNECTED_TO_SYNCHRONIZER",
                f"This participant is not connected to synchronizer {synchronizer}.",
                context={"synchronizer": synchronizer},
            )

    def _require_user(self, user_id: str) -> None:
        if user_id and self._users.find(user_id) is None:
            raise Refusal(
                "USER_NOT_FOUND",
                f'granting rights failed for unknown user "{user_id}"',
                origin=Origin.REQUEST,
                resources=[("USER", user_id)],
            )

    def _require_new(self, party: str) -> None:
        if self._parties.exists(party):
            with submission(self._node):
                raise invalid_argument(
                    f"Party already exists: party {shortened(party)} is already allocated on this "
                    "node"
                )


@contextmanager
def submission(node: Participant) -> Iterator[None]:
    """Name the submission of topology in refusals."""
    submission_id = f"1220{node.ids.fresh_bytes(32).hex()}"
    try:
        yield
    except Refusal as refusal:
        raise refusal.about(
            {"submissionId": f"'{submission_id}'"}, correlation_id=submission_id
        ) from None


def _bad_update(party: str, reason: str) -> Refusal:
    return Refusal(
        "INVALID_PARTY_DETAILS_UPDATE_REQUEST",
        f"Update operation for party '{party}' failed due to: {reason}",
        origin=Origin.REQUEST,
        resources=[("PARTY", party)],
    )


def _quoted(party: str) -> str:
    return f"'{party}'"


def _shown(details: PartyBody) -> str:
    """Repeat details of a party as the JSON layer does."""
    meta = details.local_metadata
    shown = "None"
    if meta is not None:
        pairs = ", ".join(f"{key} -> {value}" for key, value in meta.annotations.items())
        shown = f"Some(ObjectMeta({meta.resource_version},Map({pairs})))"
    local = str(details.is_local).lower()
    return f"PartyDetails({details.party},{local},{shown},{details.identity_provider_id})"
