"""What automation does for the exchange: one kind of intent a file."""

from __future__ import annotations

from cantata.automation.handler import Handler
from cantata.exchange.registries.directory import Registries
from cantata.exchange.tasks.accept import Accept
from cantata.exchange.tasks.preapprove import Preapprove
from cantata.exchange.tasks.take_back import TakeBack
from cantata.exchange.tasks.withdraw import Rearrange, Withdraw
from cantata.kernel.time import Clock
from cantata.storage.database import Database


def handlers(database: Database, registries: Registries, clock: Clock) -> tuple[Handler, ...]:
    """Give the handlers of all kinds of intents of the exchange."""
    return (
        Withdraw(database, registries, clock),
        Rearrange(database, registries, clock),
        Accept(database, registries, clock),
        Preapprove(),
        TakeBack(database, registries, clock),
    )
