"""Each refusal has an id of its own, and its page says what it means."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "src/cantata"


@pytest.mark.parametrize("slice_name", ["tokens", "settlement"])
def test_all_refusals_are_listed(slice_name: str) -> None:
    contracts = sorted((SOURCE / slice_name / "contract").glob("*.py"))
    pattern = rf'"({slice_name}/[a-z-]+)"'
    raised = {name for path in contracts for name in re.findall(pattern, path.read_text())}
    page = (SOURCE / slice_name / "README.md").read_text()
    assert raised == set(re.findall(rf"`({slice_name}/[a-z-]+)`", page))
