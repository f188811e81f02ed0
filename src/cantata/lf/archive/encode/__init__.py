"""Packages to the wire: the same package always gives the same bytes."""
