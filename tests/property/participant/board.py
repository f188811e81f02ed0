"""Contracts for the state machines: notes with secrets, windows that show notes to a guest."""

from __future__ import annotations

from cantata.lang import ContractId, Party, Template, Text, choice, create, fetch, package

PACKAGE = package("board", "1.0.0", module="Board")


class Note(Template):
    """A text that its author shows to a reader."""

    author: Party
    reader: Party
    text: Text

    def signatories(self) -> list[Party]:
        """Give the author."""
        return [self.author]

    def observers(self) -> list[Party]:
        """Give the reader."""
        return [self.reader]

    @choice(controllers=lambda self: [self.reader])
    def forward(self, reader: Party, text: Text) -> ContractId[Note]:
        """Replace the note by one for another reader."""
        return create(Note(author=self.author, reader=reader, text=text))

    @choice(controllers=lambda self, who: [who], consuming=False)
    def look(self, who: Party) -> Text:
        """Give the text to anybody who knows the contract."""
        return self.text


class Window(Template):
    """Lets a guest use the host's authority."""

    host: Party
    guest: Party
    text: Text

    def signatories(self) -> list[Party]:
        """Give the host."""
        return [self.host]

    def observers(self) -> list[Party]:
        """Give the guest."""
        return [self.guest]

    @choice(controllers=lambda self: [self.guest], consuming=False)
    def write(self, reader: Party, text: Text) -> ContractId[Note]:
        """Make a note of the host for a reader; the guest sees it being made."""
        return create(Note(author=self.host, reader=reader, text=text))

    @choice(controllers=lambda self: [self.guest], consuming=False)
    def read(self, note: ContractId[Note]) -> Text:
        """Give the text of a note that the host has a stake in."""
        return fetch(note).text
