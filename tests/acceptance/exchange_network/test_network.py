"""An exchange on a real network, where the environment names one; the same story runs on ours.

The sandbox stands in for a network as it is for an exchange: the token is made, and its registry
is run, by a platform of somebody else, which shares nothing with the exchange but the ledger.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import httpx2
import pytest

from tests.acceptance.exchange_network.network import Network, of_environment
from tests.acceptance.exchange_network.story import play
from tests.faults.platform.processes import Platform, platform
from tests.wallet.bank import let_in

SYMBOL = "COIN"


@pytest.mark.slow
def test_an_exchange_on_the_network_of_the_environment() -> None:
    network = of_environment()
    play(network)
    assert network.registry


@pytest.mark.slow
def test_the_story_holds_on_a_ledger_of_ours() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="cantata-iss-", ignore_cleanup_errors=True) as named,
        platform(Path(named)) as issuing,
        httpx2.Client(base_url=issuing.api_url, timeout=60, trust_env=False) as http,
    ):
        network = _network(issuing, http)
        play(network)
        assert network.instrument == SYMBOL


def _network(issuing: Platform, http: httpx2.Client) -> Network:
    """Have somebody else make a token, and give some of it to the customer."""
    issuer = let_in(http, "issuer@example.com")
    named = {"name": "Coin", "symbol": SYMBOL, "currency": "USD"}
    created = issuer.post("/v1/tokens", {"issuer": issuer.party, **named})
    assert created.status_code == httpx2.codes.OK, created.text
    customer = let_in(http, "customer@example.com").party
    token = {"admin": issuer.party, "id": SYMBOL}
    minted = issuer.post("/v1/mints", {"token": token, "receiver": customer, "amount": "100"})
    assert minted.status_code == httpx2.codes.OK, minted.text
    return Network(
        ledger={"CANTATA_LEDGER_URL": issuing.ledger_url},
        registry=f"{issuing.api_url}/registrars/{issuer.party}",
        customer=customer,
        instrument=SYMBOL,
        packages=("cantata-tokens",),
        amount="20",
        withdrawn="7.5",
    )
