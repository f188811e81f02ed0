"""The distribution holds what it should, says what it is, and pins what it was tested with."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


@pytest.fixture(scope="module")
def wheel(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=project_root, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_the_package_and_nothing_else(wheel: Path, project_root: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.split("/", 1)[0] for name in names}
    assert tops == {"cantata", f"cantata-{metadata.version('cantata')}.dist-info"}
    assert "cantata/py.typed" in names
    source = project_root / "src"
    assert {name for name in names if name.startswith("cantata/")} >= {
        str(path.relative_to(source)) for path in source.rglob("*.py")
    }


def test_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        described = archive.read(name).decode("utf-8")
        licenses = [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]
    assert "License-Expression: Apache-2.0" in described
    assert "Requires-Python: >=3.11" in described
    assert len(licenses) == 1


def test_lock_pins_every_dependency_by_hash(project_root: Path) -> None:
    project = tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))
    lock = (project_root / "requirements.lock").read_text(encoding="utf-8")
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.split(r"[><=\[; ]", line)[0] for line in wanted}
    pinned = {name for name, _ in PINNED.findall(lock)}
    assert names <= pinned
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock)
    unhashed = [
        block.split(" ", 1)[0]
        for block in blocks
        if "==" in block and "--hash=sha256:" not in block
    ]
    assert unhashed == []
    assert not re.search(
        r"^\s*(--index-url|--extra-index-url|--find-links)|https?://", lock, re.MULTILINE
    )


def test_installed_packages_are_the_pinned_ones(project_root: Path) -> None:
    lock = (project_root / "requirements.lock").read_text(encoding="utf-8")
    for name in ("typer", "rich", "cryptography"):
        pinned = {version for each, version in PINNED.findall(lock) if each == name}
        assert metadata.version(name) in pinned


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_command_answers(arguments: list[str]) -> None:
    command = [str(Path(sys.executable).with_name("cantata")), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "cantata" in done.stdout
    assert done.stderr == ""
