"""Statements on paper: CSV, JSON, PDF."""
