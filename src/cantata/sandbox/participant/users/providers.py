"""What the identity provider service does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from cantata.sandbox.participant.administration.metadata import mask_paths
from cantata.sandbox.participant.administration.refusals import (
    invalid_argument,
    invalid_field,
    missing_field,
)
from cantata.sandbox.participant.api import Request
from cantata.sandbox.participant.errors import Origin, Refusal
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.users.bodies import (
    CreateProvider,
    ProviderBody,
    UpdateProvider,
)
from cantata.sandbox.participant.users.state import IdentityProvider, IdentityProviders

PROVIDERS_MAX = 16
FIELD_MAX = 255

_NODE = Origin.NODE

_UPDATES: Mapping[str, Callable[[IdentityProvider, ProviderBody], IdentityProvider]] = {
    "is_deactivated": lambda one, body: replace(one, is_deactivated=body.is_deactivated),
    "issuer": lambda one, body: replace(one, issuer=_issuer(body)),
    "jwks_url": lambda one, body: replace(one, jwks_url=_url(body)),
    "audience": lambda one, body: replace(one, audience=body.audience),
}
"""What each path of an update mask sets."""


class ProviderService:
    """The use cases about identity providers."""

    def __init__(self, node: Participant) -> None:
        self._providers = node.part(IdentityProviders)

    def create(self, request: Request) -> dict[str, Any]:
        """Create an identity provider."""
        provider = _read(_required(request.body))
        if self._providers.find(provider.id) is not None:
            raise Refusal(
                "IDP_CONFIG_ALREADY_EXISTS",
                f'creating identity provider config failed, as identity provider "{provider.id}" '
                "already exists",
                resources=[("IDENTITY_PROVIDER_CONFIG", provider.id)],
            )
        self._require_fresh_issuer(provider)
        if len(self._providers.all()) >= PROVIDERS_MAX:
            raise Refusal(
                "TOO_MANY_IDENTITY_PROVIDER_CONFIGS",
                f"creating identity provider config failed, there are {PROVIDERS_MAX} already",
            )
        self._providers.put(provider)
        return _answer(provider)

    def get(self, request: Request) -> dict[str, Any]:
        """Give an identity provider."""
        return _answer(self._existing(request.path["idp-id"], "getting"))

    def all(self, request: Request) -> dict[str, Any]:
        """Give all identity providers."""
        return {"identityProviderConfigs": [one.to_json() for one in self._providers.all()]}

    def update(self, request: Request) -> dict[str, Any]:
        """Set fields of an identity provider."""
        body: UpdateProvider = request.body
        given = _required(body)
        in_path = request.path["idp-id"]
        if given.identity_provider_id != in_path:
            raise invalid_argument(
                f"{in_path} does not match identity provider in body: {given.identity_provider_id}",
                Origin.JSON,
            )
        paths = mask_paths(body.update_mask)
        provider = self._existing(in_path, "updating")
        if not paths:
            raise _bad_update(in_path, "The update mask contains no entries.")
        for path in paths:
            update = _UPDATES.get(path)
            if update is None:
                raise _bad_update(in_path, f"The update path: '{path}' points to an unknown field.")
            provider = update(provider, given)
        self._require_fresh_issuer(provider)
        self._providers.put(provider)
        return _answer(provider)

    def delete(self, request: Request) -> dict[str, Any]:
        """Delete an identity provider."""
        provider = self._existing(request.path["idp-id"], "deleting")
        self._providers.delete(provider.id)
        return {}

    def _existing(self, provider_id: str, action: str) -> IdentityProvider:
        provider = self._providers.find(provider_id)
        if provider is None:
            raise Refusal(
                "IDP_CONFIG_NOT_FOUND",
                f"{action} identity provider config failed for unknown identity provider "
                f'id="{provider_id}"',
                resources=[("IDENTITY_PROVIDER_CONFIG", provider_id)],
            )
        return provider

    def _require_fresh_issuer(self, provider: IdentityProvider) -> None:
        other = self._providers.of_issuer(provider.issuer)
        if other is not None and other.id != provider.id:
            raise Refusal(
                "IDP_CONFIG_ISSUER_ALREADY_EXISTS",
                "identity provider config failed, as an identity provider with issuer "
                f'"{provider.issuer}" already exists',
                resources=[("IDENTITY_PROVIDER_CONFIG", provider.issuer)],
            )


def _required(body: CreateProvider | UpdateProvider) -> ProviderBody:
    if body.identity_provider_config is None:
        raise missing_field("identity_provider_config", _NODE)
    return body.identity_provider_config


def _read(body: ProviderBody) -> IdentityProvider:
    if not body.identity_provider_id:
        raise missing_field("identity_provider_id", _NODE)
    if len(body.identity_provider_id) > FIELD_MAX:
        raise invalid_field("identity_provider_id", f"longer than {FIELD_MAX}", _NODE)
    return IdentityProvider(
        id=body.identity_provider_id,
        is_deactivated=body.is_deactivated,
        issuer=_issuer(body),
        jwks_url=_url(body),
        audience=body.audience,
    )


def _issuer(body: ProviderBody) -> str:
    if not body.issuer:
        raise missing_field("issuer", _NODE)
    return body.issuer


def _url(body: ProviderBody) -> str:
    url = body.jwks_url
    if not url:
        raise missing_field("jwks_url", _NODE)
    wrong = next((place for place, char in enumerate(url) if not "!" <= char <= "~"), None)
    if wrong is not None:
        text = f"Malformed URL: Illegal character in path at index {wrong}: {url[:FIELD_MAX]}"
        raise invalid_field("jwks_url", text, _NODE)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise invalid_field("jwks_url", f"Malformed URL: {url[:FIELD_MAX]}", _NODE) from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise invalid_field("jwks_url", "Malformed URL: URI is not absolute", _NODE)
    return url


def _bad_update(provider_id: str, reason: str) -> Refusal:
    return Refusal(
        "INVALID_IDENTITY_PROVIDER_UPDATE_REQUEST",
        f"Update operation for identity provider config '{provider_id}' failed due to: {reason}",
        resources=[("IDENTITY_PROVIDER_CONFIG", provider_id)],
    )


def _answer(provider: IdentityProvider) -> dict[str, Any]:
    return {"identityProviderConfig": provider.to_json()}
