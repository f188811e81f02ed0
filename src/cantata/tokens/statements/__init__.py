"""Statements and figures: what a holder had and what moved, what an instrument was over time."""
