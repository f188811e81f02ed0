"""The routes of users and identity providers."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.sandbox.participant.administration.durable import durable
from cantata.sandbox.participant.api import Endpoint, Right, delete, get, patch, post
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.users.bodies import (
    ChangeRights,
    CreateProvider,
    CreateUser,
    MoveUser,
    UpdateProvider,
    UpdateUser,
    UserQuery,
    UsersQuery,
)
from cantata.sandbox.participant.users.providers import ProviderService
from cantata.sandbox.participant.users.service import UserService

_ADMIN = Right.ADMIN
_SOME = Right.ADMINISTRATION


def routes(node: Participant) -> Sequence[Endpoint]:
    """Give the routes of the services."""
    return [*_user_routes(node, UserService(node)), *_provider_routes(node, ProviderService(node))]


def _user_routes(node: Participant, users: UserService) -> Sequence[Endpoint]:
    one, rights = "/v2/users/{user-id}", "/v2/users/{user-id}/rights"
    create, update = durable(node, users.create), durable(node, users.update)
    remove, move = durable(node, users.delete), durable(node, users.move)
    grant, revoke = durable(node, users.grant), durable(node, users.revoke)
    moved = "/v2/users/{user-id}/identity-provider-id"
    return [
        post("/v2/users", create, CreateUser, right=_SOME, summary="Create a user."),
        get("/v2/users", users.all, query=UsersQuery, right=_SOME, summary="List users."),
        get(one, users.get, query=UserQuery, summary="Get a user."),
        patch(one, update, UpdateUser, right=_SOME, summary="Set fields of a user."),
        delete(one, remove, right=_SOME, summary="Delete a user."),
        get(rights, users.rights, query=UserQuery, summary="List the rights of a user."),
        post(rights, grant, ChangeRights, right=_SOME, summary="Grant rights."),
        patch(rights, revoke, ChangeRights, right=_SOME, summary="Revoke rights."),
        patch(moved, move, MoveUser, right=_ADMIN, summary="Move a user."),
        get(
            "/v2/authenticated-user",
            users.authenticated,
            query=UserQuery,
            summary="Get the user of the token.",
        ),
    ]


def _provider_routes(node: Participant, providers: ProviderService) -> Sequence[Endpoint]:
    path, one = "/v2/idps", "/v2/idps/{idp-id}"
    create, update = durable(node, providers.create), durable(node, providers.update)
    remove = durable(node, providers.delete)
    return [
        get(path, providers.all, right=_ADMIN, summary="List identity providers."),
        post(path, create, CreateProvider, right=_ADMIN, summary="Create one."),
        get(one, providers.get, right=_ADMIN, summary="Get an identity provider."),
        patch(one, update, UpdateProvider, right=_ADMIN, summary="Set fields of one."),
        delete(one, remove, right=_ADMIN, summary="Delete an identity provider."),
    ]
