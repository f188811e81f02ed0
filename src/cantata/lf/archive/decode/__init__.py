"""Packages from the wire: message tables, the walk over them, and what each message becomes."""
