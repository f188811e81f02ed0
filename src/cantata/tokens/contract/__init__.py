"""The token package: what stands on the ledger of an instrument and its holdings."""
