"""The services of a ledger, one module each."""
