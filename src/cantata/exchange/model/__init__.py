"""The values of the exchange slice: treasuries, customers, deposits, withdrawals, the journal."""
