"""Prepared transactions, their hashes, blobs, keys and topology: what external parties sign."""
