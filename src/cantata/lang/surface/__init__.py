"""What contract modules import, and what it does when they run as plain Python."""

from __future__ import annotations
