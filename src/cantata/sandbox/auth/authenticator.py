"""From a token to the claims of its user."""

from __future__ import annotations

from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from cantata.lf.codec.errors import MalformedJson
from cantata.lf.codec.jsontext import loads
from cantata.sandbox.auth.keys import JwksKeys, Keys, KeysNotAvailable, silence
from cantata.sandbox.auth.policy import Named, Policy
from cantata.sandbox.participant.claims import Claims
from cantata.sandbox.participant.errors import permission_denied, unauthenticated
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.users.rights import (
    PARTICIPANT_ADMIN,
    PROVIDER_ADMIN,
    parties_of,
)
from cantata.sandbox.participant.users.state import (
    IdentityProvider,
    IdentityProviders,
    User,
    Users,
)

TOKEN_CHARS_MAX = 16 * 1_024

_INVALID = {"ledger_api_error": "invalid token"}


class TokenAuthenticator:
    """Verifies tokens, and looks up the rights of the users that they name.

    A token of the issuer of an identity provider is verified with its keys and is for its users;
    any other one with the participant's own keys, for users without an identity provider.
    """

    def __init__(self, node: Participant, keys: Keys, policy: Policy) -> None:
        self._node = node
        self._keys = keys
        self._policy = policy
        self._users = node.part(Users)
        self._providers = node.part(IdentityProviders)
        self._fetched: dict[str, JwksKeys] = {}

    async def claims(self, token: str | None) -> Claims:
        """Give the claims of a token, or raise what the caller may know of why it has none."""
        if not token:
            raise unauthenticated("there is no token")
        if len(token) > TOKEN_CHARS_MAX or not token.isascii():
            raise unauthenticated("the token is too long, or no text")
        provider = self._provider(_payload(_extract(token)))
        named = await self._verify(token, provider)
        return self._claims(named, provider.id if provider else "")

    async def _verify(self, token: str, provider: IdentityProvider | None) -> Named:
        keys, policy = self._keys, self._policy
        if provider is not None:
            keys = self._keys_of(provider)
            audience = provider.audience or policy.audience
            policy = Policy(audience=audience, scope=policy.scope, lifetime_max=policy.lifetime_max)
        try:
            key_id = _extract(token).headers().get("kid")
            found = await keys.get(key_id if isinstance(key_id, str) else None)
            with silence():
                verified = jws.deserialize_compact(token, found, algorithms=keys.algorithms)
        except KeysNotAvailable as error:
            raise unauthenticated(error.message) from None
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise unauthenticated(f"the token does not verify: {error}") from None
        payload = _payload(verified)
        return policy.read(payload, self._node.identity.participant_id, self._node.now())

    def _provider(self, payload: dict[str, Any]) -> IdentityProvider | None:
        issuer = payload.get("iss")
        found = self._providers.of_issuer(issuer) if isinstance(issuer, str) else None
        if found is not None and found.is_deactivated:
            raise unauthenticated(f"the identity provider {found.id} is deactivated")
        return found

    def _keys_of(self, provider: IdentityProvider) -> JwksKeys:
        found = self._fetched.get(provider.jwks_url)
        if found is None:
            found = self._fetched[provider.jwks_url] = JwksKeys(provider.jwks_url, self._node.clock)
        return found

    def _claims(self, named: Named, provider_id: str) -> Claims:
        user = self._users.find(named.user_id)
        if user is None or user.is_deactivated or user.identity_provider_id != provider_id:
            raise permission_denied(
                f"the user {named.user_id} does not exist or is not active", _INVALID
            )
        kinds, parties = {right.kind for right in user.rights}, parties_of(user.rights)
        return Claims(
            user_id=user.id,
            identity_provider_id=provider_id,
            admin=PARTICIPANT_ADMIN in kinds,
            identity_provider_admin=PROVIDER_ADMIN in kinds,
            act_as=parties["CanActAs"],
            read_as=parties["CanReadAs"],
            execute_as=parties["CanExecuteAs"],
            read_as_any="CanReadAsAnyParty" in kinds,
            execute_as_any="CanExecuteAsAnyParty" in kinds,
            expires_at=named.expires_at,
            is_current=lambda: self._is_current(user),
        )

    def _is_current(self, user: User) -> bool:
        """Tell whether a user still has the rights that it had."""
        now = self._users.find(user.id)
        return (
            now is not None
            and now.rights == user.rights
            and now.is_deactivated == user.is_deactivated
            and now.identity_provider_id == user.identity_provider_id
        )


def _extract(token: str) -> jws.CompactSignature:
    try:
        return jws.extract_compact(token.encode("ascii"))
    except (JoseError, ValueError, TypeError, RecursionError):
        raise unauthenticated("the token is malformed") from None


def _payload(signature: jws.CompactSignature) -> dict[str, Any]:
    try:
        payload = loads(signature.payload)
    except (MalformedJson, ValueError):
        payload = None
    if not isinstance(payload, dict):
        raise unauthenticated("the content of the token is no object")
    return payload
