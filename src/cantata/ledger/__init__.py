"""A typed, asynchronous client of the JSON Ledger API v2 of a Canton participant."""
