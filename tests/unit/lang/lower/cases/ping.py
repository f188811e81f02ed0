"""The smallest contract package."""

from __future__ import annotations

from cantata.lang import Party, Template, Text, choice, package

PACKAGE = package("cantata-ping", "0.1.0", module="Cantata.Ping")


class Ping(Template):
    id: Text
    initiator: Party
    responder: Party

    def signatories(self) -> list[Party]:
        return [self.initiator]

    def observers(self) -> list[Party]:
        return [self.responder]

    @choice(controllers=lambda self: [self.responder])
    def respond(self) -> None:
        pass
