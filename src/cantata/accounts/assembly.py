"""Puts the use cases of accounts together, from what the composition root chose."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cantata.accounts.service.accounts import Accounts
from cantata.accounts.service.authentication import Authentication
from cantata.accounts.service.authority import Authority
from cantata.accounts.service.external import ExternalParties, Topologies
from cantata.accounts.service.handover import Administration
from cantata.accounts.service.identities import Identities
from cantata.accounts.service.issuer_keys import KeySource
from cantata.accounts.service.keys import ApiKeys
from cantata.accounts.service.onboarding import Onboarding
from cantata.accounts.service.organisations import Organisations
from cantata.accounts.service.parties import PartyAccess
from cantata.accounts.service.roles import Roles
from cantata.accounts.service.signing import Signing
from cantata.accounts.service.tokens import AccessTokens, TokenSettings
from cantata.accounts.service.verification import Courier, Verification
from cantata.automation.handler import Handler
from cantata.kernel.time import Clock
from cantata.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """What is chosen about accounts: the secret of the service, its name in keys, its tokens.

    Without a courier, addresses are not verified, for use on one machine. `keys` are those of the
    foreign issuer.
    """

    secret: str
    environment: str
    tokens: TokenSettings
    courier: Courier | None = None
    keys: KeySource | None = None


def assembled(
    settings: AccountSettings,
    database: Database,
    ledger: Topologies,
    handlers: Sequence[Handler],
    clock: Clock,
) -> Accounts:
    """Give the use cases; `handlers` are those of all slices, as workers have them."""
    authority = Authority(clock)
    verification = Verification(clock, pepper_of(settings.secret))
    tokens = AccessTokens(settings.tokens, clock, settings.keys)
    roles = Roles(clock)
    onboarding = Onboarding(clock, verification)
    return Accounts(
        authority=authority,
        authentication=Authentication(database, tokens, clock),
        verification=verification,
        onboarding=onboarding,
        tokens=tokens,
        identities=Identities(onboarding, clock, settings.secret),
        parties=PartyAccess(authority, clock),
        external=ExternalParties(authority, ledger, clock),
        signing=Signing(authority, handlers, clock),
        roles=roles,
        organisations=Organisations(authority, roles, clock),
        administration=Administration(clock, settings.environment),
        keys=ApiKeys(clock, settings.environment),
        courier=settings.courier,
    )


def pepper_of(secret: str) -> bytes:
    """Give the key of the hashes of addresses; another secret makes other users of them."""
    return hashlib.sha256(b"pepper" + secret.encode()).digest()
