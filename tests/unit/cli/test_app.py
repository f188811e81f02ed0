"""The command line loads nouns when they are used and turns errors into messages and exit codes."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import pytest
import typer

from cantata.cli import app as application
from cantata.cli import exits
from cantata.cli.output import OutputFormat, OutputOption, console, print_json
from cantata.kernel.errors import CantataError


class _Refused(CantataError):
    """A refusal with everything that an error can carry."""

    code = "REFUSED"


def _probe() -> typer.Typer:
    probe = typer.Typer(help="A noun for this test.")

    @probe.command()
    def show(output: OutputOption = OutputFormat.TABLE) -> None:
        """Print one value in the chosen form."""
        if output is OutputFormat.JSON:
            print_json({"name": "Zoë", "amount": "1.5"})
        else:
            console().print("Zoë has 1.5")

    @probe.command()
    def refuse(output: OutputOption = OutputFormat.TABLE) -> None:
        """Refuse with a typed error."""
        raise _Refused(f"no [red] in {output}", hint="ask again", context={"offset": "7"})

    return probe


@pytest.fixture(autouse=True)
def noun(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("cantata.cli.probe")
    module.app = _probe()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(application, "GROUPS", (*application.GROUPS, "probe"))


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        application.main(arguments)
    code = ended.value.code
    assert isinstance(code, int)
    return code


def test_nouns_are_listed_with_their_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--help") == 0
    assert "A noun for this test." in capsys.readouterr().out


def test_results_come_in_both_forms(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("probe", "show") == 0
    assert capsys.readouterr().out == "Zoë has 1.5\n"
    assert _run("probe", "show", "--output", "json") == 0
    assert json.loads(capsys.readouterr().out) == {"name": "Zoë", "amount": "1.5"}


def test_refusals_are_messages_not_tracebacks(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("probe", "refuse") == exits.EXIT_REFUSED
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "REFUSED: no [red] in table\nask again\n"


def test_refusals_follow_the_chosen_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("probe", "refuse", "--output", "json") == exits.EXIT_REFUSED
    assert json.loads(capsys.readouterr().err) == {
        "code": "REFUSED",
        "message": "no [red] in json",
        "hint": "ask again",
        "context": {"offset": "7"},
    }


@pytest.mark.parametrize("arguments", [[], ["nowhere"], ["probe", "show", "--output", "xml"]])
def test_wrong_usage_ends_with_two(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(*arguments) == 2
    assert "Traceback" not in capsys.readouterr().err
