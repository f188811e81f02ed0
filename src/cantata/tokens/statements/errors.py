"""Why a statement cannot be given."""

from __future__ import annotations

from cantata.kernel.errors import CantataError
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.tokens.model import InstrumentId


class StatementRefused(CantataError):
    """The root of what cannot be stated."""

    code = "STATEMENT_REFUSED"


class OffsetNotReached(StatementRefused):
    """A point of the ledger is asked for that is not ingested; fields `asked` and `reached`."""

    code = "OFFSET_NOT_REACHED"

    def __init__(self, asked: int, reached: int) -> None:
        self.asked = asked
        self.reached = reached
        super().__init__(
            f"the offset {asked} is not ingested yet; {reached} is",
            hint="ask again in a moment, or for an offset that is",
        )


class PeriodRefused(StatementRefused):
    """A period ends before it begins, or has too many points; fields `begin` and `end`."""

    code = "PERIOD_REFUSED"

    def __init__(self, begin: Timestamp, end: Timestamp, why: str) -> None:
        self.begin = begin
        self.end = end
        super().__init__(f"the period from {begin} to {end} {why}", hint="choose another one")


class StatementTooLong(StatementRefused):
    """A period has more movements than a statement lists; field `most`."""

    code = "STATEMENT_TOO_LONG"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(
            f"the period has more than {most} movements", hint="ask for a shorter period"
        )


class StatementUnbalanced(StatementRefused):
    """Opening and movements do not give the closing: the projections need reconciliation.

    Fields: `instrument`, `expected` from the movements, and `closing` from the holdings.
    """

    code = "STATEMENT_UNBALANCED"

    def __init__(self, instrument: InstrumentId, expected: Total, closing: Total) -> None:
        self.instrument = instrument
        self.expected = expected
        self.closing = closing
        super().__init__(
            f"the movements of {instrument} lead to {expected}, the holdings are {closing}",
            hint="no statement is given that does not add up; run `cantata tokens reconcile`",
        )


class PdfNotInstalled(StatementRefused):
    """The library that writes PDF is missing."""

    code = "REPORTS_NOT_INSTALLED"

    def __init__(self) -> None:
        super().__init__(
            "the writer of PDF is not installed", hint="pip install 'cantata[reports]'"
        )
