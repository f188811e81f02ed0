"""The use cases of accounts, one a file."""
