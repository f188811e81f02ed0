"""When recorded exchanges happened, by the ledger's clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.api.amulet.later import instant
from tests.api.amulet.rows import Row
from tests.ledger.amulet.recording import EXECUTE, PREPARE
from tests.ledger.amulet.state import State

Json = Any

SUCCESS = 200


@dataclass(slots=True)
class Moments:
    """The time of each exchange that tells one, the first of all, and the latest that was."""

    times: dict[int, str]
    first: str
    latest: str = ""

    @classmethod
    def of(cls, rows: list[Row], state: State) -> Moments:
        """Find the times: of updates, of refused submissions, of preparations.

        A transaction takes effect at one time, which is fixed when it is prepared.
        """
        times = {row.n: time for row in rows if (time := _time(row, state))}
        executed = {
            row.body["preparedTransaction"]: times[row.n]
            for row in reversed(rows)
            if row.path in EXECUTE and row.status == SUCCESS and row.n in times
        }
        for row in rows:
            if row.path == PREPARE and row.answer.get("preparedTransaction") in executed:
                times[row.n] = executed[row.answer["preparedTransaction"]]
        updates = [known.effective_at for known in state.times.values()]
        return cls(times, min([*updates, *times.values()], key=instant))

    def of_row(self, n: int) -> str | None:
        """Give the time of an exchange, None if it tells none."""
        return self.times.get(n)

    def passes(self, time: str) -> bool:
        """Tell whether a time is after all that were; it is the latest from then on."""
        if self.latest and instant(time) <= instant(self.latest):
            return False
        self.latest = time
        return True


def _time(row: Row, state: State) -> str | None:
    answer = row.answer
    if not isinstance(answer, dict):
        return None
    told = answer.get("transaction", answer)
    known = state.times.get(told.get("updateId", ""))
    if known is not None:
        return known.effective_at
    if "effectiveAt" in told:
        return str(told["effectiveAt"])
    if row.path == PREPARE and row.status == SUCCESS:
        return str(answer["costEstimation"]["estimationTimestamp"])
    said = str((answer.get("context") or {}).get("commands", ""))
    return said.partition("submittedAt: '")[2].partition("'")[0] or None
