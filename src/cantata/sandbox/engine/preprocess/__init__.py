"""Preprocessing: from commands as they arrive to commands that can run."""
