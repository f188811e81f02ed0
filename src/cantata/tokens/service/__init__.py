"""The use cases of tokens, by who has them: issuers, holders, readers."""
