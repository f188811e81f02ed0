"""Demonstrations: whole stories that run on an embedded ledger and check themselves."""
