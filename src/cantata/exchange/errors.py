"""What the exchange refuses."""

from __future__ import annotations

from cantata.exchange.model.journal import Book
from cantata.kernel.errors import CantataError
from cantata.kernel.money import Decimal
from cantata.kernel.totals import Total
from cantata.tokens.model import InstrumentId


class ExchangeError(CantataError):
    """The root of what the exchange refuses."""

    code = "EXCHANGE_REFUSED"


class BalanceTooLow(ExchangeError):
    """More is asked for than there is; fields `book`, `instrument`, `wanted`, `available`."""

    code = "BALANCE_TOO_LOW"

    def __init__(
        self,
        book: Book,
        instrument: InstrumentId,
        wanted: Decimal | Total,
        available: Decimal | Total,
    ) -> None:
        self.book = book
        self.instrument = instrument
        self.wanted = wanted
        self.available = available
        super().__init__(
            f"{wanted} of {instrument} is wanted from {book.kind.value} {book.name},"
            f" which has {available}",
            hint="ask for less, or wait until what is under way has ended",
            context={"wanted": wanted.to_wire(), "available": available.to_wire()},
        )


class TreasuryExists(ExchangeError):
    """A treasury has this party or name already; fields `party`, `name`."""

    code = "TREASURY_EXISTS"

    def __init__(self, party: str, name: str) -> None:
        self.party = party
        self.name = name
        super().__init__(
            f"there is a treasury of {party}, or one called {name!r}",
            hint="list the treasuries; a party can be one treasury only",
        )


class LedgerTooFast(ExchangeError):
    """Ingestion went past every state that was read; fields `name`, `tries`."""

    code = "LEDGER_TOO_FAST"

    def __init__(self, name: str, tries: int) -> None:
        self.name = name
        self.tries = tries
        super().__init__(
            f"the treasury {name!r} was not opened: ingestion went past its state {tries} times",
            hint="nothing was changed; try again when the ledger is quieter",
        )
