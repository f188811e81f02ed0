"""Upgrades: what a later version of a package may change."""
