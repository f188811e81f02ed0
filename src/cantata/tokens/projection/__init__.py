"""The projections of tokens."""
