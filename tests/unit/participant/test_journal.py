"""What the participant keeps beside the log: as much as there is, however often it changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.sandbox.participant.journal import SLACK, Journal, frozen
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.packages.state import PackageStore
from cantata.sandbox.participant.parties.state import Parties, Party
from cantata.sandbox.participant.users.rights import Right
from cantata.sandbox.participant.users.state import (
    ADMINISTRATOR,
    IdentityProvider,
    IdentityProviders,
    User,
    Users,
)
from cantata.sandbox.store import Options, SqliteStore

CHANGES = 1_000


def reopened(node: Participant, path: Path) -> Participant:
    node.close()
    return Participant(store=SqliteStore(str(path)))


def rows(node: Participant, part: Any) -> int:
    return len(node.store.table(f"journal {part.name}"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def test_it_stays_as_large_as_what_it_keeps(path: Path) -> None:
    node = Participant(store=SqliteStore(str(path)))
    users = node.part(Users)
    users.put(User(id="alice"))
    for version in range(CHANGES):
        users.put(User(id="bob", version=version))
        assert rows(node, users) <= 2 * 3 + SLACK
    users.put(User(id="carol"))
    users.delete("carol")
    node = reopened(node, path)
    users = node.part(Users)
    assert list(users.ids) == ["alice", "bob", ADMINISTRATOR]
    found = users.find("bob")
    assert found is not None
    assert found.version == CHANGES - 1
    assert rows(node, users) <= 2 * 3 + SLACK
    node.close()


def test_it_stays_bounded_over_many_starts(path: Path) -> None:
    for start in range(12):
        node = Participant(store=SqliteStore(str(path)))
        for version in range(SLACK // 2):
            node.part(Users).put(User(id="bob", version=start * CHANGES + version))
        assert rows(node, node.part(Users)) <= 2 * 2 + SLACK
        node.close()


def test_an_administrator_that_was_deleted_stays_so(path: Path) -> None:
    node = Participant(store=SqliteStore(str(path)))
    users = node.part(Users)
    users.delete(ADMINISTRATOR)
    for version in range(SLACK * 3):
        users.put(User(id="bob", version=version))
    node = reopened(node, path)
    assert list(node.part(Users).ids) == ["bob"]
    node.close()


NAMES = st.sampled_from([f"user{number}" for number in range(6)])
RIGHTS = st.lists(st.builds(Right, st.just("CanActAs"), NAMES), max_size=3, unique=True)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("user"), NAMES, RIGHTS),
        st.tuples(st.just("grant"), NAMES, RIGHTS),
        st.tuples(st.just("revoke"), NAMES, RIGHTS),
        st.tuples(st.just("delete"), NAMES, st.none()),
        st.tuples(st.just("provider"), NAMES, st.booleans()),
        st.tuples(st.just("party"), NAMES, st.booleans()),
        st.tuples(st.just("vetting"), NAMES, st.none()),
    ),
    max_size=40,
)


def take(node: Participant, kind: str, name: str, more: Any) -> None:
    users = node.part(Users)
    match kind:
        case "user":
            users.put(User(id=name, rights=tuple(more), annotations={"a": name}))
        case "grant" if users.find(name) is not None:
            users.grant(name, more)
        case "revoke" if users.find(name) is not None:
            users.revoke(name, more)
        case "delete" if users.find(name) is not None:
            users.delete(name)
        case "provider":
            provider = IdentityProvider(
                id=name, is_deactivated=more, issuer=name, jwks_url="", audience=""
            )
            node.part(IdentityProviders).put(provider)
        case "party":
            node.part(Parties).put(Party(id=f"{name}::ns", authorized=more))
        case "vetting":
            packages = node.part(PackageStore)
            kept = list(packages.vetted.items())
            packages.set_vetting(dict([*kept[1:], *kept[:1]]))


def shown(node: Participant) -> Any:
    users, parties, packages = node.part(Users), node.part(Parties), node.part(PackageStore)
    return (
        [users.find(each) for each in users.ids],
        [parties.find(each) for each in parties.ids],
        node.part(IdentityProviders).all(),
        list(packages.vetted.items()),
        packages.serial,
        list(packages.listed),
    )


@given(steps=STEPS)
def test_what_is_kept_makes_the_same_again(
    steps: list[tuple[str, str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("node") / "ledger.db"
    node = Participant(store=SqliteStore(str(path)))
    for step in steps:
        take(node, *step)
    before = shown(node)
    journal = Journal(node.store)
    for kind in (Users, Parties, IdentityProviders, PackageStore):
        part: Any = node.part(kind)
        fresh = [frozen(change) for change in part.kept()]
        table = f"journal {part.name}"
        node.store.put_all(table, dict.fromkeys(node.store.table(table)))
        for change in fresh:
            journal.record(part.name, change)
    node = reopened(node, path)
    assert shown(node) == before
    node.close()


def test_changes_without_transactions_make_snapshots_too(path: Path) -> None:
    store = SqliteStore(str(path), Options(snapshot_updates=100))
    for number in range(1_000):
        store.put("table", f"key {number % 7}", number)
        store.sync().result(timeout=60)
    assert store.state_hash()
    found = store._log.disk.snapshot()
    assert found is not None
    store.close()
