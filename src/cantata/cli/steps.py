"""Steps of something that takes its time, on standard error: what is under way, what is done."""

from __future__ import annotations

from rich.console import Console
from rich.status import Status
from rich.text import Text

WIDTH = 12


class Steps:
    """One line for each step that is done; on a terminal, the one under way below them."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._status: Status | None = None

    def begin(self, doing: str) -> None:
        """Show what is under way, on a terminal only."""
        if not self._console.is_terminal:
            return
        if self._status is None:
            self._status = self._console.status("")
            self._status.start()
        self._status.update(Text(f"{doing} …", style="dim"))

    def end(self, what: str, detail: str) -> None:
        """Show what is done."""
        self.close()
        mark = "✓" if self._console.encoding.lower().startswith("utf") else "*"
        self._console.print(Text.assemble((f"  {mark} ", "green"), f"{what:<{WIDTH}}", detail))

    def warn(self, what: str) -> None:
        """Show what went wrong, and how it goes on."""
        self._console.print(Text.assemble(("  ! ", "yellow"), what))

    def close(self) -> None:
        """Take away what is shown as under way."""
        if self._status is not None:
            self._status.stop()
            self._status = None
