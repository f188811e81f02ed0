"""Exchange integration: deposits into treasuries, withdrawals from them, and their history."""
