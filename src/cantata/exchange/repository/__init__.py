"""Every table and SQL statement of the exchange slice."""
