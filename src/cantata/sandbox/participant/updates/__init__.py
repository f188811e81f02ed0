"""Updates: the log as parties see it, as streams, pages and look-ups."""

from cantata.sandbox.participant.updates.service import routes

__all__ = ["routes"]
