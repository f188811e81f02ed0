"""Requests about users and identity providers."""

from __future__ import annotations

from typing import Annotated

from cantata.sandbox.participant.administration.metadata import FieldMask, ObjectMeta
from cantata.sandbox.participant.shapes import Int32, Named, message
from cantata.sandbox.participant.users.rights import RightBody

IDENTITY_PROVIDER = Named("identity-provider-id")


@message
class UserBody:
    """A user in a request."""

    id: str
    primary_party: str
    is_deactivated: bool
    metadata: ObjectMeta | None
    identity_provider_id: str
    primary_party_authentication: bool


@message
class CreateUser:
    """To create a user with initial rights."""

    user: UserBody | None
    rights: tuple[RightBody, ...]


@message
class UpdateUser:
    """To set fields of a user."""

    user: UserBody | None
    update_mask: FieldMask | None


@message
class ChangeRights:
    """To grant or revoke rights."""

    user_id: str
    rights: tuple[RightBody, ...]
    identity_provider_id: str


@message
class MoveUser:
    """To assign a user to another identity provider."""

    user_id: str
    source_identity_provider_id: str
    target_identity_provider_id: str


@message
class ProviderBody:
    """An identity provider in a request."""

    identity_provider_id: str
    is_deactivated: bool
    issuer: str
    jwks_url: str
    audience: str


@message
class CreateProvider:
    """To create an identity provider."""

    identity_provider_config: ProviderBody | None


@message
class UpdateProvider:
    """To set fields of an identity provider."""

    identity_provider_config: ProviderBody | None
    update_mask: FieldMask | None


@message
class UsersQuery:
    """Which page of the users."""

    page_size: Int32 | None
    page_token: str | None
    identity_provider_id: Annotated[str | None, IDENTITY_PROVIDER]


@message
class UserQuery:
    """Whose user; None where the token says it."""

    identity_provider_id: Annotated[str | None, IDENTITY_PROVIDER]
