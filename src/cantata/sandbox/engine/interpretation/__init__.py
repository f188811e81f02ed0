"""Interpretation: contract code runs, a transaction grows."""
