"""The tables of tokens and every statement on them."""
