"""Interactive submission: prepare a transaction, have it signed elsewhere, execute it."""

from cantata.sandbox.participant.interactive.service import routes

__all__ = ["routes"]
