"""The shapes of requests about tokens and of their answers."""
