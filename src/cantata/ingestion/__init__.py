"""Ingestion: from the ledger's stream of updates to the cursor and the projections."""
