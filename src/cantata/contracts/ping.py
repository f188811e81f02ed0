"""Canton's ping: the contract by which participants prove that they reach each other."""

from __future__ import annotations

from cantata.lang import Party, Template, Text, choice, foreign

PACKAGE = foreign(
    "canton-builtin-admin-workflow-ping",
    "3.4.0",
    id="de2cc2f90eb523414ff54e899951dadd8789a4c07e0f71f6d6c9eaf57d412a54",
    module="Canton.Internal.Ping",
    lf="2.2",
)


class Ping(Template):
    """A question of the initiator that the responder answers by archiving it."""

    id: Text
    initiator: Party
    responder: Party

    def signatories(self) -> list[Party]:
        """Give the party that asks."""
        return [self.initiator]

    def observers(self) -> list[Party]:
        """Give the party that is asked."""
        return [self.responder]

    @choice(controllers=lambda self: [self.responder])
    def respond(self) -> None:
        """Answer."""

    @choice(controllers=lambda _, anyone: [anyone])
    def abort_ping(self, anyone: Party) -> None:
        """Give up."""
