"""What the exchange refuses."""

from __future__ import annotations

from cantata.exchange.model.journal import Book
from cantata.kernel.errors import CantataError
from cantata.kernel.money import Decimal
from cantata.tokens.model import InstrumentId


class ExchangeError(CantataError):
    """The root of what the exchange refuses."""

    code = "EXCHANGE_REFUSED"


class BalanceTooLow(ExchangeError):
    """More is asked for than there is; fields `book`, `instrument`, `wanted`, `available`."""

    code = "BALANCE_TOO_LOW"

    def __init__(
        self, book: Book, instrument: InstrumentId, wanted: Decimal, available: Decimal
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
