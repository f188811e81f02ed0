"""The front end of the contract language: from Python source to the typed intermediate form."""

from __future__ import annotations
