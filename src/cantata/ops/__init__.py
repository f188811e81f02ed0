"""What an operator runs: demonstrations, and later back-up, supervision and repair."""
