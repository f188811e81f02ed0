"""What is wrong with contract source: rules with reasons and remedies, findings, their report."""

from __future__ import annotations
