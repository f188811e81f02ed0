"""Reconciliation: what the projections say of tokens, held against the ledger itself."""
