"""Routes of the exchange."""
