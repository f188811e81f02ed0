"""The table of all rules, in the order of their codes."""

from __future__ import annotations

import re

from cantata.lang.diagnostics import contracts, definitions, expressions, source, statements
from cantata.lang.diagnostics.rule import Rule

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            value
            for module in (source, definitions, contracts, statements, expressions)
            for value in vars(module).values()
            if isinstance(value, Rule)
        ),
        key=lambda rule: rule.code,
    )
)

_PLACEHOLDER = re.compile(r"\{\w+\}")


def rules_table() -> str:
    """Give all rules as a Markdown table, for the reference of the language."""
    rows = [
        f"| {rule.code} | {_cell(rule.message)} | {_cell(rule.reason)} | {_cell(rule.remedy)} |"
        for rule in RULES
    ]
    head = ["| code | refused | why | write instead |", "|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def _cell(text: str) -> str:
    """Show a text of a rule; what findings fill in is an ellipsis. Code spans stay as they are."""
    shown = _PLACEHOLDER.sub("…", text).replace("|", "\\|")
    parts = "" if shown == "…" else shown
    return "`".join(
        part if index % 2 else part.replace("*", "\\*").replace("_", "\\_")
        for index, part in enumerate(parts.split("`"))
    )
