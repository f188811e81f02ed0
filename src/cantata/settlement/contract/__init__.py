"""The settlement package: what stands on the ledger of a trade over the counter."""
