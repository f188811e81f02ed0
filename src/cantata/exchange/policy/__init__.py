"""The decisions of the exchange: facts in, decision out."""
