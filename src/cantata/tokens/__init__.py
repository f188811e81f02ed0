"""Tokens: instruments, and the holdings that parties have of them."""
