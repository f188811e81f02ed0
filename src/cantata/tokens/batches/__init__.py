"""Batches: many mints, transfers or burns of one token, asked for at once."""
