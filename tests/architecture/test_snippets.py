"""What runs the documentation's blocks notices when they are not true."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.architecture.snippets import Page, snippets_of

TRUE = [
    '```python\nprint("one two")\n```\n```text title="output"\none…\n```\n',
    '```console title="exit code 3"\n$ echo first\nfirst\n$ exit 3\n```\n',
    "```console\n$ NAME='a b'\n$ echo \\\n    \"<$NAME>\"\n<a b>\n```\n",
    (
        '```python title="a.py"\nx = 1\ny = 2\n```\n'
        '```diff title="a.py"\n-x = 1\n+x = 3\n@@\n y = 2\n'
        "+z = 4\n```\n```console\n$ cat a.py\nx = 3\ny = 2\nz = 4\n```\n"
    ),
]
FALSE = {
    "output": '```python\nprint("one")\n```\n```text title="output"\ntwo\n```\n',
    "order": "```console\n$ echo b; echo a\na\nb\n```\n",
    "failure": "```console\n$ exit 1\n```\n",
    "unexpected success": '```console title="exit code 1"\n$ true\n```\n',
    "earlier failure": '```console title="exit code 1"\n$ exit 1\n$ exit 1\n```\n',
    "change of nothing": '```python title="a.py"\nx = 1\n```\n```diff title="a.py"\n-y = 1\n```\n',
    "change of two places": '```python title="a.py"\nx = 1\nx = 1\n```\n'
    '```diff title="a.py"\n-x = 1\n```\n',
    "error": "```python\nassert 1 == 2\n```\n",
}


def _run(folder: Path, text: str) -> None:
    page = Page(folder, dict(os.environ))
    for snippet in snippets_of("page.md", text):
        page.run(snippet)


@pytest.mark.parametrize("text", TRUE)
def test_what_is_true_passes(text: str, tmp_path: Path) -> None:
    _run(tmp_path, text)


@pytest.mark.parametrize("text", FALSE.values(), ids=FALSE.keys())
def test_what_is_not_true_fails(text: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        _run(tmp_path, text)


def test_a_block_that_is_never_closed_fails() -> None:
    with pytest.raises(AssertionError, match="never closed"):
        list(snippets_of("page.md", "```python\nx = 1\n"))
