"""Webhooks: news of the exchange, delivered to the systems that asked for it."""
