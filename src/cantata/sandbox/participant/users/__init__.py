"""Users with their rights, and identity providers."""

from cantata.sandbox.participant.users.routes import routes
from cantata.sandbox.participant.users.state import IdentityProviders, User, Users

__all__ = ["IdentityProviders", "User", "Users", "routes"]
