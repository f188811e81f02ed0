"""The table of all rules, in the order of their codes."""

from __future__ import annotations

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
