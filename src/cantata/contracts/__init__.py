"""Contracts of the network, declared: the token standard and Canton's own packages."""
