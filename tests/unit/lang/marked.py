"""Contract source whose lines say which rules they break: `# CL301` at the end of a line."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from cantata.lang.frontend import diagnose
from cantata.lang.frontend.vocabulary import NAMES

HEAD = (
    f"from cantata.lang import {', '.join(sorted(NAMES))}\n"
    'PACKAGE = package("marked", "1.0.0", module="Marked")\n'
)
_MARKER = re.compile(r"#((?: CL\d{3})+)$")


def check_marked(folder: Path, source: str, *, head: str = HEAD) -> None:
    """Check source and compare with its marks: each finding is on a marked line, and back."""
    path = folder / "marked.py"
    text = head + textwrap.dedent(source)
    path.write_text(text, encoding="utf-8")
    found = [(item.line, item.code) for item in diagnose([path]) if item.path == path.resolve()]
    assert sorted(set(found)) == sorted(marks_of(text)), "\n".join(map(str, diagnose([path])))


def marks_of(text: str) -> set[tuple[int, str]]:
    """Give the lines and codes that a text is marked with."""
    marks = set()
    for number, line in enumerate(text.splitlines(), 1):
        match = _MARKER.search(line)
        for code in match.group(1).split() if match else ():
            marks.add((number, code))
    return marks
