"""What the user service does: users and their rights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from cantata.sandbox.participant.administration.identifiers import require_party, user_id_fault
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
from cantata.sandbox.participant.claims import Claims
from cantata.sandbox.participant.errors import Origin, Refusal, permission_denied
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.users.bodies import (
    ChangeRights,
    CreateUser,
    MoveUser,
    UpdateUser,
    UserBody,
    UserQuery,
    UsersQuery,
)
from cantata.sandbox.participant.users.rights import (
    PARTICIPANT_ADMIN,
    PROVIDER_ADMIN,
    Right,
    RightBody,
    read_rights,
)
from cantata.sandbox.participant.users.state import IdentityProviders, User, Users

RIGHTS_MAX = 1_000
PAGE_MAX = 1_000


class UserService:
    """The use cases about users."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._users = node.part(Users)
        self._providers = node.part(IdentityProviders)

    def create(self, request: Request) -> dict[str, Any]:
        """Create a user."""
        body: CreateUser = request.body
        with self._changing():
            if body.user is None:
                raise missing_field("user")
            request.claims.require_administration(body.user.identity_provider_id)
            user = self._new_user(body.user, body.rights)
            _require_no_escalation(request.claims, user.rights)
            if self._users.find(user.id) is not None:
                raise Refusal(
                    "USER_ALREADY_EXISTS",
                    f'creating user failed, as user "{user.id}" already exists',
                    origin=Origin.REQUEST,
                    resources=[("USER", user.id)],
                )
            self._users.put(user)
        return {"user": user.to_json()}

    def get(self, request: Request) -> dict[str, Any]:
        """Give a user to itself or to an administrator."""
        user = self._readable(request, "getting user")
        return {"user": user.to_json()}

    def authenticated(self, request: Request) -> dict[str, Any]:
        """Give the user that the token names."""
        claims = request.claims
        if not claims.user_id:
            raise Refusal(
                "INVALID_TOKEN",
                "The submitted request is missing a user-id: requests with an empty user-id are "
                "only supported if there is an authenticated user",
            )
        return {"user": self._existing(claims.user_id, "getting user").to_json()}

    def all(self, request: Request) -> dict[str, Any]:
        """Give a page of the users, by id."""
        query: UsersQuery = request.query
        wanted = self._scope(request.claims, query.identity_provider_id)

        def shown(user_id: str) -> bool:
            user = self._users.find(user_id)
            return user is not None and (not wanted or user.identity_provider_id == wanted)

        found, token = page(
            self._users.ids, query.page_size, query.page_token, size_max=PAGE_MAX, shown=shown
        )
        users = [self._existing(user_id, "getting user").to_json() for user_id in found]
        return {"users": users, "nextPageToken": token}

    def update(self, request: Request) -> dict[str, Any]:
        """Set fields of a user."""
        body: UpdateUser = request.body
        if body.user is not None:
            _require_same(request.path["user-id"], body.user.id)
        with self._changing():
            if body.user is None:
                raise missing_field("user")
            request.claims.require_administration(body.user.identity_provider_id)
            paths = mask_paths(body.update_mask)
            user = self._existing(_checked_id(body.user.id), "updating user")
            self._require_provider(body.user.identity_provider_id)
            changed = _updated(user, body.user, paths)
            if changed.is_deactivated and request.claims.user_id == user.id:
                raise invalid_argument("Requesting user cannot self-deactivate")
            require_party(changed.primary_party)
            version = wanted_version(body.user.metadata)
            if version is not None and version != user.version:
                raise Refusal(
                    "CONCURRENT_USER_UPDATE_DETECTED",
                    f"Update operation for user '{user.id}' failed due to a concurrent update to "
                    "the same user",
                    origin=Origin.REQUEST,
                    resources=[("USER", user.id)],
                )
            changed = replace(changed, version=user.version + 1)
            self._users.put(changed)
        return {"user": changed.to_json()}

    def delete(self, request: Request) -> dict[str, Any]:
        """Delete a user."""
        with self._changing():
            user = self._administrated(request, request.path["user-id"], "deleting user")
            if user.id == request.claims.user_id:
                raise invalid_argument("Requesting user cannot delete itself")
            self._users.delete(user.id)
        return {}

    def rights(self, request: Request) -> dict[str, Any]:
        """Give the rights of a user to itself or to an administrator."""
        user = self._readable(request, "list user rights")
        return {"rights": [right.to_json() for right in user.rights]}

    def grant(self, request: Request) -> dict[str, Any]:
        """Grant rights; those that the user has already are not repeated."""
        body: ChangeRights = request.body
        _require_same(request.path["user-id"], body.user_id)
        with self._changing():
            user = self._administrated(request, body.user_id, "grant user rights")
            rights = read_rights(body.rights)
            _require_no_escalation(request.claims, rights)
            self._require_few(user, rights)
            new = self._users.grant(user.id, rights)
        return {"newlyGrantedRights": [right.to_json() for right in new]}

    def revoke(self, request: Request) -> dict[str, Any]:
        """Revoke rights; those that the user does not have are left out."""
        body: ChangeRights = request.body
        _require_same(request.path["user-id"], body.user_id)
        with self._changing():
            user = self._administrated(request, body.user_id, "revoke user rights")
            rights = read_rights(body.rights)
            _require_no_escalation(request.claims, rights)
            if user.id == request.claims.user_id and Right(PARTICIPANT_ADMIN) in rights:
                raise invalid_argument("Requesting user cannot remove own admin rights")
            gone = self._users.revoke(user.id, rights)
        return {"newlyRevokedRights": [right.to_json() for right in gone]}

    def move(self, request: Request) -> dict[str, Any]:
        """Assign a user to another identity provider."""
        body: MoveUser = request.body
        _require_same(request.path["user-id"], body.user_id)
        request.claims.require_admin()
        self._require_provider(body.source_identity_provider_id)
        self._require_provider(body.target_identity_provider_id)
        user = self._existing(_checked_id(body.user_id), "updating user")
        if user.identity_provider_id != body.source_identity_provider_id:
            raise permission_denied("the user is not of the source identity provider")
        target = body.target_identity_provider_id
        self._users.put(replace(user, identity_provider_id=target, version=user.version + 1))
        return {}

    def _new_user(self, body: UserBody, rights: Iterable[RightBody]) -> User:
        user_id = _checked_id(body.id)
        require_party(body.primary_party)
        annotations = fresh_annotations(body.metadata, "user.metadata")
        self._require_provider(body.identity_provider_id)
        user = User(
            id=user_id,
            primary_party=body.primary_party,
            is_deactivated=body.is_deactivated,
            annotations=annotations,
            identity_provider_id=body.identity_provider_id,
            primary_party_authentication=body.primary_party_authentication,
            rights=read_rights(rights),
        )
        self._require_few(user, ())
        return user

    def _existing(self, user_id: str, action: str) -> User:
        user = self._users.find(user_id)
        if user is None:
            raise Refusal(
                "USER_NOT_FOUND",
                f'{action} failed for unknown user "{user_id}"',
                origin=Origin.REQUEST,
                resources=[("USER", user_id)],
            )
        return user

    def _administrated(self, request: Request, user_id: str, action: str) -> User:
        """Give a user that the caller may change."""
        request.claims.require_administration()
        user = self._existing(_checked_id(user_id), action)
        request.claims.require_administration(user.identity_provider_id)
        return user

    def _readable(self, request: Request, action: str) -> User:
        user_id = request.path["user-id"]
        fault = user_id_fault(user_id)
        if fault is not None:
            raise invalid_argument(f"Malformed user-id: {fault}", Origin.JSON)
        query: UserQuery = request.query
        own = request.claims.user_id == user_id
        if not own:
            request.claims.require_administration(query.identity_provider_id or "")
        user = self._existing(user_id, action)
        if not own:
            request.claims.require_administration(user.identity_provider_id)
        return user

    def _scope(self, claims: Claims, wanted: str | None) -> str:
        """Give the identity provider to which a list is confined, "" for none."""
        if claims.admin or claims.anything:
            self._require_provider(wanted or "")
            return wanted or ""
        claims.require_administration(wanted or "")
        return claims.identity_provider_id

    def _require_provider(self, provider_id: str) -> None:
        self._providers.require(provider_id)

    def _require_few(self, user: User, more: Sequence[Right]) -> None:
        if len({*user.rights, *more}) > RIGHTS_MAX:
            raise Refusal(
                "TOO_MANY_USER_RIGHTS",
                f'granting rights failed, as user "{user.id}" would have too many rights, '
                f"more than {RIGHTS_MAX}",
                origin=Origin.REQUEST,
                resources=[("USER", user.id)],
            )

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Name the submission in refusals, as for every change of users."""
        with explained({"submissionId": f"'{self._node.fresh_uuid()}'"}):
            yield


def _updated(user: User, body: UserBody, paths: Iterable[str]) -> User:
    paths = tuple(paths)
    if not paths:
        raise _bad_update(user.id, "The update mask contains no entries.")
    for path in paths:
        update = _UPDATES.get(path)
        if update is None:
            raise _bad_update(user.id, f"The update path: '{path}' points to an unknown field.")
        user = update(user, body)
    return user


def _annotated(user: User, body: UserBody) -> User:
    new = body.metadata.annotations if body.metadata else {}
    return replace(user, annotations=merged_annotations(user.annotations, new))


def _bad_update(user_id: str, reason: str) -> Refusal:
    return Refusal(
        "INVALID_USER_UPDATE_REQUEST",
        f"Update operation for user id '{user_id}' failed due to: {reason}",
        origin=Origin.REQUEST,
        resources=[("USER", user_id)],
    )


def _checked_id(user_id: str) -> str:
    if not user_id:
        raise missing_field("id")
    fault = user_id_fault(user_id)
    if fault is not None:
        raise invalid_field("id", fault)
    return user_id


def _require_same(in_path: str, in_body: str) -> None:
    if in_path != in_body:
        raise invalid_argument(
            f"{in_path} does not match user in body: Some({in_body}) ", Origin.JSON
        )


def _require_no_escalation(claims: Claims, rights: Iterable[Right]) -> None:
    """Let only administrators of the participant deal in that right, and in those of anybody."""
    confined = {PROVIDER_ADMIN, "CanActAs", "CanReadAs", "CanExecuteAs"}
    if any(right.kind not in confined for right in rights):
        claims.require_admin()


_UPDATES: Mapping[str, Callable[[User, UserBody], User]] = {
    "id": lambda user, body: user,
    "primary_party": lambda user, body: replace(user, primary_party=body.primary_party),
    "is_deactivated": lambda user, body: replace(user, is_deactivated=body.is_deactivated),
    "identity_provider_id": lambda user, body: user,
    "primary_party_authentication": lambda user, body: replace(
        user, primary_party_authentication=body.primary_party_authentication
    ),
    "metadata": _annotated,
    "metadata.annotations": _annotated,
    "metadata.resource_version": lambda user, body: user,
}
"""What each path of an update mask sets."""
