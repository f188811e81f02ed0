"""Typed Python for foreign packages: a generator, and what generated code imports."""
