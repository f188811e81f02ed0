"""What follows from the ledger's history of treasuries, in ingestion's own transactions."""
