"""The HTTP edge of tokens."""
