"""Reconciliation: treasuries as the database knows them, held against the ledger and the books."""
