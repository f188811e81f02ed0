"""The registry: what wallets and apps of others ask about our instruments, as the standard says."""
