"""The code blocks of a page of documentation, and what runs them in order.

- a `python` block is executed; all blocks of a page share one namespace;
- a `python title="path"` block is also written to that path, before it is imported by others;
- in a `console` block, lines after `$` are run in a shell in the same folder and must succeed; the
  lines below a command must appear in its output, in order; `…` stands for anything between;
- other blocks are only read.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FENCE = re.compile(r"^( *)```(.*)$")
_TITLE = re.compile(r'title="([^"]+)"')
SECONDS_MAX = 120


@dataclass(frozen=True)
class Snippet:
    """A code block: where it begins, what its fence says, its text."""

    page: str
    line: int
    info: str
    text: str

    @property
    def language(self) -> str:
        return self.info.split(" ", 1)[0]

    @property
    def path(self) -> str | None:
        """The file that the block shows, from its title."""
        title = _TITLE.search(self.info)
        return title.group(1) if title else None


def snippets_of(page: str, text: str) -> Iterator[Snippet]:
    """Find the fenced blocks of a page."""
    opened: tuple[int, str, str] | None = None
    body: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if fence is None:
            body.append(line)
        elif opened is None:
            opened, body = (number, fence.group(1), fence.group(2).strip()), []
        else:
            start, indent, info = opened
            lines = [each.removeprefix(indent) for each in body]
            yield Snippet(page, start, info, "\n".join(lines) + "\n")
            opened = None
    assert opened is None, f"{page}:{opened} is never closed"


class Page:
    """Runs the blocks of one page in a folder of its own, which is also the current one."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.names: dict[str, Any] = {"__name__": "snippet"}

    def run(self, snippet: Snippet) -> None:
        """Run one block; raises what it raises, with the page's own line numbers."""
        if snippet.language == "python":
            self._run_python(snippet)
        elif snippet.language == "console":
            for command, expected in _commands(snippet.text):
                self._run_command(snippet, command, expected)

    def _run_python(self, snippet: Snippet) -> None:
        if snippet.path:
            path = self.folder / snippet.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(snippet.text, encoding="utf-8")
            compile(snippet.text, snippet.path, "exec")
            return
        padded = "\n" * snippet.line + snippet.text
        exec(compile(padded, snippet.page, "exec"), self.names)

    def _run_command(self, snippet: Snippet, command: str, expected: list[str]) -> None:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        output = done.stdout + done.stderr
        assert done.returncode == 0, f"{snippet.page}:{snippet.line}: {command}\n{output}"
        _assert_shown(output, expected, f"{snippet.page}:{snippet.line}: {command}")


def _commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Split a console block into commands and the lines shown below each."""
    for block in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *shown = block.rstrip("\n").splitlines()
        yield command, [line for line in shown if line.strip() not in ("", "…")]


def _assert_shown(output: str, expected: list[str], where: str) -> None:
    position = 0
    for line in expected:
        for part in filter(None, (piece.strip() for piece in line.split("…"))):
            found = output.find(part, position)
            assert found >= 0, f"{where}: {part!r} is not in the output\n{output}"
            position = found + len(part)
