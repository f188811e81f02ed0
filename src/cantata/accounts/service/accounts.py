"""All use cases of accounts in one hand."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.accounts.service.authentication import Authentication
from cantata.accounts.service.authority import Authority
from cantata.accounts.service.external import ExternalParties
from cantata.accounts.service.handover import Administration
from cantata.accounts.service.identities import Identities
from cantata.accounts.service.keys import ApiKeys
from cantata.accounts.service.onboarding import Onboarding
from cantata.accounts.service.organisations import Organisations
from cantata.accounts.service.parties import PartyAccess
from cantata.accounts.service.roles import Roles
from cantata.accounts.service.signing import Signing
from cantata.accounts.service.tokens import AccessTokens
from cantata.accounts.service.verification import Courier, Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The use cases; without a courier, addresses are not verified, for use on one machine."""

    authority: Authority
    authentication: Authentication
    verification: Verification
    onboarding: Onboarding
    tokens: AccessTokens
    identities: Identities
    parties: PartyAccess
    external: ExternalParties
    signing: Signing
    roles: Roles
    organisations: Organisations
    administration: Administration
    keys: ApiKeys
    courier: Courier | None
