"""How a checked sandbox reports what it said."""

from __future__ import annotations

REPORT = "CANTATA_CHECKED_REPORT"
"""The environment variable that names the file of the report."""

DISAGREEMENT = "!"
"""What a line about a disagreement begins with."""
