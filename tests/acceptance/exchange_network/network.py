"""A network that an exchange is tried on: LocalNet, DevNet, or whatever the environment names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from cantata.bootstrap import connections
from cantata.config import Settings
from cantata.ledger.client import LedgerClient

PREFIX = "CANTATA_NETWORK_"
REQUIRED = ("LEDGER_URL", "REGISTRY_URL", "CUSTOMER")
DEFAULTS = {
    "INSTRUMENT": "Amulet",
    "PACKAGES": "splice-amulet",
    "AMOUNT": "2",
    "WITHDRAWN": "0.5",
}
PAGE = "docs/howto/try-an-exchange-on-a-network.md"


@dataclass(frozen=True, kw_only=True)
class Network:
    """A participant, the registry of a token, and a party on the participant that has some of it.

    `ledger` are settings of Cantata for the participant by their names in the environment.
    `packages` are those whose contracts are holdings; `amount` is what the customer pays in, and
    `withdrawn` what she withdraws, twice, with a fee of a tenth of a unit each time.
    """

    ledger: Mapping[str, str]
    registry: str
    customer: str
    instrument: str
    packages: tuple[str, ...]
    amount: str
    withdrawn: str

    @property
    def ledger_url(self) -> str:
        """Where the participant is."""
        return self.ledger["CANTATA_LEDGER_URL"]

    def client(self) -> LedgerClient:
        """Give a client of the participant; the caller closes it."""
        named = {
            name.removeprefix("CANTATA_").lower(): value for name, value in self.ledger.items()
        }
        return connections.ledger_client(Settings.model_validate(named))


def of_environment() -> Network:
    """Read the network from the environment; skip the test if there is none, and say how."""
    given = {
        name.removeprefix(PREFIX): value
        for name, value in os.environ.items()
        if name.startswith(PREFIX) and value
    }
    missing = [PREFIX + name for name in REQUIRED if name not in given]
    if missing:
        pytest.skip(f"no network to try an exchange on: set {', '.join(missing)}; see {PAGE}")
    found = {**DEFAULTS, **given}
    return Network(
        ledger={
            f"CANTATA_{name}": value for name, value in given.items() if name.startswith("LEDGER_")
        },
        registry=found["REGISTRY_URL"].rstrip("/"),
        customer=found["CUSTOMER"],
        instrument=found["INSTRUMENT"],
        packages=tuple(found["PACKAGES"].split(",")),
        amount=found["AMOUNT"],
        withdrawn=found["WITHDRAWN"],
    )
