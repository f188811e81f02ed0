"""Hashes of nodes with contract keys, as the network's own tests of scheme V3 state them."""

from __future__ import annotations

from cantata.lf.interactive import model, values
from cantata.lf.interactive.hashing.node import NodeEncoding
from cantata.lf.interactive.tree import NodeTree

TEMPLATE = values.Identifier("package", "module", "name")
KEY = model.KeyWithMaintainers(
    model.GlobalKey(
        values.Identifier("package", "module_key", "name"),
        "package_name_key",
        values.Text("hello"),
        bytes.fromhex("4d1741d27564ab1f1e74873034760583a1a71edaa90dbad6be3a78c0bf3eec7c"),
    ),
    ("david",),
)
CID = "0007e7b5534931dfca8e1b485c105bae4e10808bd13ddc8e897f258015f9d921c5"
CREATE = model.Create(
    "2",
    CID,
    "package-name-0",
    TEMPLATE,
    values.Text("hello"),
    ("alice", "bob"),
    ("alice", "charlie"),
    KEY,
)
FETCH = model.Fetch(
    "2",
    CID,
    "package-name-0",
    TEMPLATE,
    ("alice",),
    ("charlie",),
    ("alice", "bob"),
    None,
    KEY,
    by_key=True,
)
EXERCISE = model.Exercise(
    "2",
    CID,
    "package-name-0",
    TEMPLATE,
    ("alice",),
    ("charlie",),
    ("alice", "bob"),
    values.Identifier("package", "interface_module", "interface_name"),
    "choice",
    values.Int64(31_380),
    consuming=True,
    children=("0", "1"),
    result=values.Text("result"),
    choice_observers=("david",),
    key=KEY,
    by_key=True,
)
QUERY = model.QueryByKey("2", "package-name-0", TEMPLATE, True, KEY, (CID,))
SEEDS = {
    "0": bytes.fromhex("926bbb6f341bc0092ae65d06c6e284024907148cc29543ef6bff0930f5d52c19"),
    "2": bytes.fromhex("a867edafa1277f46f879ab92c373a15c2d75c5d86fec741705cee1eb01ef8c9e"),
}
HASHES = {
    "0": "0120d370509f54c07d8209f5af2d23f7f972997deb5fc5e0ebe886354395a3bc",
    "1": "20437df1980bb7d4d94ad53181dc6005bae37b5990719070c48a3960e8dda3a4",
    "2": "516c4689acabf9d1f0087a02a7dafad884d9080c48112a57a6d20b9f72d4b697",
    "4": "72c45c5a05a875621f16f2fe64d6c6db662ff41ee124d6c4f281409f5899b96c",
}


def test_nodes_with_keys_hash_as_on_the_network() -> None:
    actions: dict[str, model.Action] = {"2": EXERCISE, "0": CREATE, "1": FETCH, "4": QUERY}
    hashes = NodeEncoding(with_keys=True).hashes(NodeTree(("2", "4"), actions, SEEDS))
    assert {node_id: digest.hex() for node_id, digest in hashes.items()} == HASHES


def test_a_rollback_hashes_as_on_the_network() -> None:
    actions: dict[str, model.Action] = {
        "3": model.Rollback(("1", "2")),
        "2": EXERCISE,
        "1": FETCH,
        "0": CREATE,
    }
    hashes = NodeEncoding(with_keys=True).hashes(NodeTree(("3",), actions, SEEDS))
    assert hashes["3"].hex() == "ea61ab05f9ab9769ab5c91493a601ccad9e784bd4c0b3bc4b7777f0da68eab4d"
