"""What every process is connected to: the database, the participant, the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from pydantic import SecretStr

from cantata.config import Settings
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Clock
from cantata.ledger import settings as ledger_settings
from cantata.ledger.client import LedgerClient
from cantata.ledger.issuers import Access
from cantata.ledger.tokens import TokenProvider
from cantata.storage.database import Database
from cantata.storage.embedded import EmbeddedServer
from cantata.storage.settings import DatabaseSettings

ADMIN_KEY_FILE = "admin.key"
RETRIES = 5
POSTGRES_FOLDER = "postgres"
"""The embedded database, below the data folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the process is connected to."""

    settings: Settings
    stored: DatabaseSettings
    database: Database
    ledger: LedgerClient
    clock: Clock


class ParticipantDirectory:
    """Asks the participant which parties it knows; what is known stays known."""

    def __init__(self, ledger: LedgerClient) -> None:
        self._ledger = ledger
        self._known: set[PartyId] = set()

    def remembers(self, party: PartyId) -> bool:
        """Tell whether the participant was known to know a party before."""
        return party in self._known

    async def knows(self, party: PartyId) -> bool:
        """Tell whether the participant knows a party."""
        if party not in self._known and await self._ledger.parties.find(party) is not None:
            self._known.add(party)
        return party in self._known


@contextmanager
def database_settings(settings: Settings, process: str) -> Iterator[DatabaseSettings]:
    """Give the database that was named, or the embedded one, which runs as long as the block."""
    most, name = settings.database_connections, f"cantata {process}"
    chosen = partial(DatabaseSettings, application=name, connections_max=most)
    if settings.database_url is not None:
        yield chosen(url=settings.database_url.get_secret_value())
        return
    with embedded(settings) as server:
        yield chosen(url=server.url)


def embedded(settings: Settings) -> EmbeddedServer:
    """Give the embedded server of the data folder."""
    return EmbeddedServer(settings.folder / POSTGRES_FOLDER)


def ledger_client(settings: Settings, *, is_patient: bool = True) -> LedgerClient:
    """Give a client of the participant; an impatient one tries everything once."""
    chosen = ledger_settings.Settings(
        settings.ledger_url,
        user_id=settings.ledger_user,
        timeouts=ledger_settings.Timeouts() if is_patient else ledger_settings.Timeouts(3, 10, 10),
        retries=ledger_settings.RetrySettings(attempts=RETRIES if is_patient else 1),
    )
    return LedgerClient(chosen, tokens=ledger_tokens(settings))


def ledger_tokens(settings: Settings) -> TokenProvider:
    """Give where the participant's access token comes from."""
    access = Access(
        issuer=settings.ledger_oidc_issuer or "",
        client=settings.ledger_oidc_client or "",
        secret=_secret(settings.ledger_oidc_secret),
        audience=settings.ledger_oidc_audience or "",
        scope=settings.ledger_oidc_scope or "",
        file=settings.ledger_token_file,
        token=_secret(settings.ledger_token),
    )
    return access.tokens()


def _secret(value: SecretStr | None) -> str:
    return "" if value is None else value.get_secret_value()
