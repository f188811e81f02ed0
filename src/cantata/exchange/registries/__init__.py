"""Registries of the token standard, asked over HTTP: ours and everybody else's."""
