"""Cantata: run a digital-asset business on the Canton Network, in Python."""
