"""What the documentation shows is true: snippets run, generated pages are fresh, links lead on."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.reference import cli_page, differences_page, errors_page, language_page
from tests.architecture.snippets import Page, snippets_of
from tests.faults.platform.processes import Platform, platform

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
GENERATED = REFERENCE / "modules"
LIVE = "http://127.0.0.1:8000"
"""A page with commands that names it is read beside a running `cantata up`."""
TOOLS = ("curl", "jq")
ALARM = re.compile(r"(?:ALARMS\.labels|_alarm)\(\s*\"(\w+)\"")
ITEM = re.compile(r"(?:\d+\.|[-*]) ")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if GENERATED not in path.parents
)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="session")
def live() -> Iterator[Platform]:
    """Everything that `cantata up` starts, for the pages that are read beside it."""
    with (
        tempfile.TemporaryDirectory(prefix="cantata-docs-", ignore_cleanup_errors=True) as name,
        platform(Path(name)) as started,
    ):
        yield started


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_snippets_run(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    text = path.read_text(encoding="utf-8")
    chosen: dict[str, str] = {}
    if LIVE in text and "```console" in text:
        missing = [tool for tool in TOOLS if shutil.which(tool) is None]
        if missing:
            pytest.skip(f"the page uses {', '.join(missing)}, which this machine lacks")
        started: Platform = request.getfixturevalue("live")
        text = text.replace(LIVE, started.api_url)
        chosen = _environment_of(started)
    snippets = list(snippets_of(_name(path), text))
    modules = set(sys.modules)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    binaries = str(Path(sys.executable).parent)
    search = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    page = Page(tmp_path, {**os.environ, "PATH": search, "COLUMNS": "100", **chosen})
    try:
        for snippet in snippets:
            page.run(snippet)
    finally:
        for name in set(sys.modules) - modules:
            if not name.startswith("cantata"):
                del sys.modules[name]


def _environment_of(started: Platform) -> dict[str, str]:
    """Give what a terminal beside `cantata up` has by its defaults: addresses and folders."""
    return {
        "CANTATA_API_URL": started.api_url,
        "CANTATA_DATA_DIR": str(started.folder),
        "CANTATA_DATABASE_URL": started.database_url,
        "CANTATA_LEDGER_URL": started.ledger_url,
    }


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


def test_every_alarm_of_an_exchange_says_what_to_do() -> None:
    sources = (ROOT / "src" / "cantata" / "exchange").rglob("*.py")
    raised = {name for path in sources for name in ALARM.findall(path.read_text(encoding="utf-8"))}
    page = (ROOT / "docs" / "operate" / "exchange-treasuries.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert len(raised) > 5, "they are not found in the code any more"
    assert raised - explained == set()


def test_every_page_is_in_the_navigation_once() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    listed = re.findall(r"^ +- (?:[^:\n]+: )?(\S+\.md)$", navigation, re.MULTILINE)
    pages = {
        str(path.relative_to(ROOT / "docs")) for path in PAGES if ROOT / "docs" in path.parents
    }
    assert pages - set(listed) == set()
    assert len(listed) == len(set(listed)), "a page is listed twice"


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_lists_go_on_after_their_paragraphs(path: Path) -> None:
    """An item right below a paragraph within a list would become a part of that paragraph."""
    is_code, paragraph, lost = False, "", []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip().startswith("```"):
            is_code = not is_code
        if is_code or not line.strip():
            paragraph = ""
        elif ITEM.match(line) and paragraph.startswith("    "):
            lost.append(line)
        else:
            paragraph = paragraph or line
    assert lost == [], "leave a line before it"
