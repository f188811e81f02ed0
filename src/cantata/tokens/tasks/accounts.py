"""Accounts of holders: opened, verified, locked up, frozen, removed by the issuer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cantata.automation.handler import Plan
from cantata.automation.model import Intent
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.lang import ContractId, Party, Text
from cantata.ledger.model.updates import Transaction
from cantata.ledger.typed import TypedCommand, archive, create, exercise
from cantata.storage.session import WriteSession
from cantata.tokens.contract.account import HolderAccount
from cantata.tokens.objections import AccountAlreadyFrozen, AccountFrozen, AccountNotFrozen
from cantata.tokens.repository import selection
from cantata.tokens.repository.contracts import Disclosable
from cantata.tokens.standing import known_account, require_none
from cantata.tokens.tasks.common import TokenHandler, instrument_id
from cantata.tokens.tasks.pause import take

Cid = ContractId[HolderAccount]


class Enrol(TokenHandler):
    """`tokens.enrol`: holder, country, `verified_until`, `locked_until`, `everywhere`."""

    kind = "tokens.enrol"

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Open the account, if the holder has none that counts for the same tokens."""
        request = intent.wish.request
        identity, holder = instrument_id(request), PartyId(request["holder"])
        # The holder's place is what two enrolments would both take: there is no contract yet.
        await take(session, intent, f"account:{identity.admin}:{holder}")
        everywhere = bool(request["everywhere"])
        await require_none(session, identity, holder, everywhere=everywhere)
        account = HolderAccount(
            admin=Party(identity.admin),
            instrument=None if everywhere else Text(identity.id),
            holder=Party(holder),
            frozen=False,
            verified_until=time_in(request, "verified_until"),
            country=Text(request["country"]),
            locked_until=time_in(request, "locked_until"),
        )
        return Plan(commands=[create(account).json], act_as=intent.wish.act_as)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell the account's contract."""
        await selection.release(session, intent.id)
        return {"account": transaction.created[0].contract_id}


class _Change(TokenHandler):
    """Exercises one choice of the account that counts for a token."""

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        """Find the account as it is now."""
        request = intent.wish.request
        found = await known_account(session, instrument_id(request), PartyId(request["holder"]))
        await take(session, intent, found.contract_id)
        self.check(found)
        command = self.command(Cid(found.contract_id), request)
        return Plan(commands=[command.json], act_as=intent.wish.act_as)

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Tell the account's contract, if there is one still."""
        await selection.release(session, intent.id)
        return {"account": next((event.contract_id for event in transaction.created), None)}

    def check(self, account: Disclosable) -> None:
        """Refuse what the ledger would refuse."""

    def command(self, account: Cid, request: Mapping[str, Any]) -> TypedCommand[Any]:
        """Give the command."""
        raise AssertionError(account)


class Verify(_Change):
    """`tokens.verify_account`: `until`, None to take the attestation back, and country."""

    kind = "tokens.verify_account"

    def command(self, account: Cid, request: Mapping[str, Any]) -> TypedCommand[Any]:
        """Verify."""
        return exercise(
            account,
            HolderAccount.verify,
            verified_until=time_in(request, "until"),
            country=Text(request["country"]),
        )


class LockUp(_Change):
    """`tokens.lock_up_account`: `until`, None to end it."""

    kind = "tokens.lock_up_account"

    def command(self, account: Cid, request: Mapping[str, Any]) -> TypedCommand[Any]:
        """Lock up."""
        return exercise(account, HolderAccount.lock_up, locked_until=time_in(request, "until"))


class FreezeAccount(_Change):
    """`tokens.freeze_account`: nothing goes out, nothing comes in."""

    kind = "tokens.freeze_account"

    def check(self, account: Disclosable) -> None:
        """Refuse to freeze twice."""
        if account.content["frozen"]:
            raise AccountAlreadyFrozen(account.party)

    def command(self, account: Cid, request: Mapping[str, Any]) -> TypedCommand[Any]:
        """Freeze."""
        return exercise(account, HolderAccount.freeze, reason=Text(request["reason"]))


class UnfreezeAccount(_Change):
    """`tokens.unfreeze_account`: the holder may send and receive again."""

    kind = "tokens.unfreeze_account"

    def check(self, account: Disclosable) -> None:
        """Refuse what is not frozen."""
        if not account.content["frozen"]:
            raise AccountNotFrozen(account.party)

    def command(self, account: Cid, request: Mapping[str, Any]) -> TypedCommand[Any]:
        """Unfreeze."""
        return exercise(account, HolderAccount.unfreeze, reason=Text(request["reason"]))


class RemoveAccount(_Change):
    """`tokens.remove_account`: the issuer's word about the holder ends."""

    kind = "tokens.remove_account"

    def check(self, account: Disclosable) -> None:
        """Refuse to forget a freeze."""
        if account.content["frozen"]:
            raise AccountFrozen(account.party)

    def command(self, account: Cid, request: Mapping[str, Any]) -> TypedCommand[Any]:
        """Archive."""
        return archive(account, HolderAccount)


def time_in(request: Mapping[str, Any], name: str) -> Timestamp | None:
    """Read a time of a request, if it is there."""
    text = request[name]
    return None if text is None else Timestamp.parse(text)
