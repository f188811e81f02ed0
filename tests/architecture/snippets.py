"""The code blocks of a page of documentation, and what runs them in order.

- a `python` block is executed; all blocks of a page share one namespace;
- a `python title="path"` block is also written to that path, before it is imported by others;
- a `text title="output"` block must appear in what the `python` block before it printed;
- a `diff title="path"` block changes that file: each run of lines, parted by `@@`, is in it once;
- in a `console` block, lines after `$` are run in a shell in the same folder and must succeed; the
  lines below a command must appear in its output, in order; `…` stands for anything between;
  a command that ends with a backslash goes on in the next line; variables last to the next command;
- the last command of a `console title="exit code N"` block ends with that code;
- other blocks are only read.
"""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FENCE = re.compile(r"^( *)```(.*)$")
_TITLE = re.compile(r'title="([^"]+)"')
_EXIT = re.compile(r"exit code ([0-9]+)")
SECONDS_MAX = 120
VARIABLES = ".variables"
"""Where the variables of a page's commands are kept between them."""


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
    def title(self) -> str:
        """What stands above the block: often the file that it shows."""
        title = _TITLE.search(self.info)
        return title.group(1) if title else ""

    @property
    def exit_code(self) -> int:
        """The code with which the last command ends."""
        code = _EXIT.fullmatch(self.title)
        return int(code.group(1)) if code else 0

    @property
    def place(self) -> str:
        """Where the block begins."""
        return f"{self.page}:{self.line}"


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
        self.printed = ""

    def run(self, snippet: Snippet) -> None:
        """Run one block; raises what it raises, with the page's own line numbers."""
        if snippet.language == "python":
            self._run_python(snippet)
        elif snippet.language == "text" and snippet.title == "output":
            _assert_shown(self.printed, snippet.text.splitlines(), snippet.place)
        elif snippet.language == "diff":
            self._change(snippet)
        elif snippet.language == "console":
            *before, last = _commands(snippet.text)
            for command, expected in before:
                self._run_command(snippet, command, expected, 0)
            self._run_command(snippet, *last, snippet.exit_code)

    def _run_python(self, snippet: Snippet) -> None:
        if snippet.title:
            path = self.folder / snippet.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(snippet.text, encoding="utf-8")
            compile(snippet.text, snippet.title, "exec")
            return
        padded = "\n" * snippet.line + snippet.text
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(padded, snippet.page, "exec"), self.names)
        self.printed = printed.getvalue()

    def _change(self, snippet: Snippet) -> None:
        path = self.folder / snippet.title
        text = path.read_text(encoding="utf-8")
        for hunk in re.split(r"^@@.*\n", snippet.text, flags=re.MULTILINE):
            lines = hunk.splitlines(keepends=True)
            old, new = ("".join(_side(lines, sign)) for sign in "-+")
            assert text.count(old) == 1, f"{snippet.place}: not once in {path.name}:\n{old}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def _run_command(self, snippet: Snippet, command: str, expected: list[str], code: int) -> None:
        done = subprocess.run(
            ["bash", "-c", _remembering(command)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        output = done.stdout + done.stderr
        assert done.returncode == code, f"{snippet.place}: {command}\n{output}"
        _assert_shown(output, expected, f"{snippet.place}: {command}")


def _side(lines: list[str], sign: str) -> Iterator[str]:
    """Give the lines of one side of a change; an empty line is common to both."""
    for line in lines:
        if line[0] in (" ", sign):
            yield line[1:]
        elif line == "\n":
            yield line


def _remembering(command: str) -> str:
    """Give a command that begins with the variables of the one before and leaves its own."""
    begin = f"[ -f {VARIABLES} ] && . ./{VARIABLES}; set -a"
    return f"{begin}\n{command}\n_code=$?; set +a; export -p > {VARIABLES}; exit $_code"


def _commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Split a console block into commands and the lines shown below each."""
    text = text.replace("\\\n", "")
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
