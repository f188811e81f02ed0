"""A file that cannot be a store is refused with its name, not with a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from cantata.kernel.errors import CantataError
from cantata.sandbox.store import SqliteStore
from cantata.sandbox.store.errors import StoreUnusable


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "absent" / "x.db"
    with pytest.raises(StoreUnusable, match="No such file") as caught:
        SqliteStore(str(path))
    assert caught.value.path == str(path)


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnusable):
        SqliteStore(str(tmp_path / "file" / "x.db"))


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(CantataError):
        SqliteStore(str(tmp_path))
