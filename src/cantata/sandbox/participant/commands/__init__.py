"""Commands: submitting them, and learning what became of them."""

from cantata.sandbox.participant.commands.service import routes
from cantata.sandbox.participant.commands.submission import Submitter

__all__ = ["Submitter", "routes"]
