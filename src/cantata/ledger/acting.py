"""Acting as parties: contract classes in, their objects out, whoever signs."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from cantata.ledger import typed
from cantata.ledger.formats import Wanted
from cantata.ledger.model.events import CreatedEvent, qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.ledger.services.commands import Commands
from cantata.ledger.services.external import External, Signers
from cantata.ledger.services.state import State
from cantata.ledger.submission import Disclosed, Submission
from cantata.ledger.typed import Active, Choice, InterfaceClass, TemplateClass, TypedCommand
from cantata.lf.codegen.support.ledger import Command

P = ParamSpec("P")
T = TypeVar("T")
I = TypeVar("I")  # noqa: E741
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submission that was recorded: its transaction, and what each command gave."""

    transaction: Transaction
    results: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Acting:
    """Acts and reads as some parties, as `LedgerClient.acting` gives it.

    With `signers` the parties are external: what the participant prepares is compared with the
    commands and its hash recomputed before anyone signs.
    """

    commands: Commands
    external: External
    state: State
    parties: tuple[str, ...]
    read_as: tuple[str, ...] = ()
    disclosed: tuple[Disclosed, ...] = ()
    signers: Signers = field(default_factory=dict)

    async def create(self, payload: TemplateClass[Any, I]) -> I:
        """Create a contract; give its id."""
        return await self._only(typed.create(payload))

    async def exercise(
        self, contract_id: str, choice: Choice[P, R], /, *args: P.args, **arguments: P.kwargs
    ) -> R:
        """Exercise a choice of a template or an interface; give its result."""
        return await self._only(typed.exercise(contract_id, choice, *args, **arguments))

    async def create_and_exercise(
        self,
        payload: TemplateClass[Any, Any],
        choice: Choice[P, R],
        /,
        *args: P.args,
        **arguments: P.kwargs,
    ) -> R:
        """Create a contract and exercise a choice of it; give its result."""
        return await self._only(typed.create_and_exercise(payload, choice, *args, **arguments))

    async def archive(self, contract_id: str, template: TemplateClass[Any, Any]) -> None:
        """Archive a contract."""
        await self._only(typed.archive(contract_id, template))

    async def submit(
        self, *commands: Command | TypedCommand[Any], command_id: str = ""
    ) -> Submitted:
        """Submit commands as one transaction: all of them happen or none.

        Give a `command_id` that you keep to send the same change again after `OutcomeUnknown`;
        without one it gets a fresh one. Raise what refused it.
        """
        submission = Submission(
            commands=tuple(typed.json_of(each) for each in commands),
            act_as=self.parties,
            command_id=command_id or str(uuid.uuid4()),
            read_as=self.read_as,
            disclosed=self.disclosed,
        )
        if self.signers:
            transaction = await self.external.transaction(submission, self.signers)
        else:
            transaction = await self.commands.transaction(submission)
        return Submitted(transaction, typed.results_of(transaction, commands))

    async def contracts(
        self, template: TemplateClass[T, I], *, blobs: bool = False, at: int | None = None
    ) -> AsyncGenerator[Active[T, I], None]:
        """Give the active contracts of a template that the parties see, of all its versions.

        Raise `ValueRefused` for one of a later version that has more than the class can hold.
        """
        form = template.__ledger_template__()
        wanted = Wanted(self._readers, templates=(form.identifier,), blobs=blobs)
        async with aclosing(self.state.active_contracts(wanted, at=at)) as found:
            async for each in found:
                event = each.event
                payload = form.codec.from_json(event.argument)
                yield Active(form.contract_id(event.contract_id), payload, event)

    async def views(
        self, interface: InterfaceClass[T, I], *, blobs: bool = False, at: int | None = None
    ) -> AsyncGenerator[Active[T, I], None]:
        """Give the active contracts that implement an interface, by their views.

        Those whose view fails are left out: `State.active_contracts` tells why.
        """
        form = interface.__ledger_interface__()
        wanted = Wanted(self._readers, interfaces=(form.identifier,), blobs=blobs)
        async with aclosing(self.state.active_contracts(wanted, at=at)) as found:
            async for each in found:
                value = _view(each.event, form.identifier)
                if value is not None:
                    cid = form.contract_id(each.event.contract_id)
                    yield Active(cid, form.codec.from_json(value), each.event)

    @property
    def _readers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.parties, *self.read_as)))

    async def _only(self, command: TypedCommand[R]) -> R:
        submitted = await self.submit(command)
        result: R = submitted.results[0]
        return result


def _view(event: CreatedEvent, identifier: str) -> Any:
    wanted = qualified_name(identifier)
    for view in event.views:
        if qualified_name(view.interface_id) == wanted and not view.failure:
            return view.value
    return None
