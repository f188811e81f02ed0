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
from cantata.accounts.service.keys import ApiKeys
from cantata.accounts.service.onboarding import Courier, Onboarding
from cantata.accounts.service.parties import PartyAccess
from cantata.accounts.service.roles import Roles
from cantata.accounts.service.signing import Signing
from cantata.accounts.service.tokens import AccessTokens, TokenSettings
from cantata.automation.handler import Handler
from cantata.kernel.time import Clock
from cantata.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """What is chosen about accounts: the secret of the service, its name in keys, its tokens.

    Without a courier, addresses are not verified, for use on one machine.
    """

    secret: str
    environment: str
    tokens: TokenSettings
    courier: Courier | None = None


def assembled(
    settings: AccountSettings,
    database: Database,
    ledger: Topologies,
    handlers: Sequence[Handler],
    clock: Clock,
) -> Accounts:
    """Give the use cases; `handlers` are those of all slices, as workers have them."""
    authority = Authority(clock)
    pepper = hashlib.sha256(b"pepper" + settings.secret.encode()).digest()
    return Accounts(
        authority=authority,
        authentication=Authentication(database, AccessTokens(settings.tokens, clock), clock),
        onboarding=Onboarding(clock, pepper),
        parties=PartyAccess(authority, clock),
        external=ExternalParties(authority, ledger, clock),
        signing=Signing(authority, handlers, clock),
        roles=Roles(clock),
        administration=Administration(clock, settings.environment),
        keys=ApiKeys(clock, settings.environment),
        courier=settings.courier,
    )
