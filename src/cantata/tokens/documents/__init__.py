"""Documents, metadata and classes of a token: named by hash, versioned, on the ledger."""
