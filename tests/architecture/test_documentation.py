"""What the documentation shows is true: snippets run, generated pages are fresh, links lead on."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from scripts.reference import cli_page, differences_page, errors_page, language_page
from tests.architecture.snippets import Page, snippets_of

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
GENERATED = REFERENCE / "modules"
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if GENERATED not in path.parents
)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_snippets_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snippets = list(snippets_of(_name(path), path.read_text(encoding="utf-8")))
    modules = set(sys.modules)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    binaries = str(Path(sys.executable).parent)
    search = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    page = Page(tmp_path, {**os.environ, "PATH": search, "COLUMNS": "100"})
    try:
        for snippet in snippets:
            page.run(snippet)
    finally:
        for name in set(sys.modules) - modules:
            if not name.startswith("cantata"):
                del sys.modules[name]


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_links_lead_to_files(path: Path) -> None:
    links = LINK.findall(path.read_text(encoding="utf-8"))
    targets = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    missing = [
        target
        for target in targets
        if not (path.parent / target).exists() and "reference/modules/" not in target
    ]
    assert missing == []


def test_list_of_differences_is_fresh() -> None:
    page = (REFERENCE / "participant-differences.md").read_text(encoding="utf-8")
    assert page == differences_page(page), "run `make docs`"


def test_reference_of_commands_is_fresh() -> None:
    written = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    assert written == cli_page(), "run: make docs"


def test_reference_of_errors_is_fresh() -> None:
    written = (REFERENCE / "errors.md").read_text(encoding="utf-8")
    assert written == errors_page(), "run: make docs"


def test_rules_of_the_contract_language_are_fresh() -> None:
    written = (REFERENCE / "contract-language.md").read_text(encoding="utf-8")
    assert written == language_page(written), "run: make docs"


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = [path.relative_to(ROOT / "docs") for path in PAGES if ROOT / "docs" in path.parents]
    assert [str(page) for page in pages if str(page) not in navigation] == []
