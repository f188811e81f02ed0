"""The embedded ledger: what stands in for a Canton participant on a laptop and in tests."""
