"""What a ledger tells: events, updates, completions, parties, users."""
