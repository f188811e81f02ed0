"""Files and packages that the language refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from cantata.lang.frontend import diagnose

HEADERS = {
    "": "CL005",
    "PACKAGE = 1": "CL006",
    'PACKAGE = package("a", version, module="A")': "CL006",
    'PACKAGE = foreign("a", "1.0.0", module="A")': "CL006",
    'PACKAGE = package("a b", "1.0.0", module="A")': "CL007",
    'PACKAGE = package("a", "1.01", module="A")': "CL008",
    'PACKAGE = package("a", "4294967296", module="A")': "CL008",
    'PACKAGE = package("a", "1.0.0", module="A..B")': "CL009",
    'PACKAGE = foreign("a", "1.0.0", module="A", id="00")': "CL010",
    'PACKAGE = package("a", "1.0.0", module="Cantata.Prelude")': "CL132",
    f'PACKAGE = foreign("a", "1", module="A", id="{"00" * 32}", lf="1.17")': "CL020",
    "PACKAGE = (": "CL001",
    "x = '\\0'\n\0": "CL001",
    "x = " + "-" * 5000 + "1": "CL004",
    "x = " + "+".join(["1"] * 3000): "CL004",
    "x = " + "[" * 150 + "]" * 150: "CL004",
}


@pytest.mark.parametrize("text, code", HEADERS.items())
def test_headers(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "header.py"
    path.write_text(f"from cantata.lang import package, foreign\n{text}\n")
    assert [found.code for found in diagnose([path])] == [code]


def test_files(tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes(b"# \xff\n")
    assert [found.code for found in diagnose([tmp_path / "latin.py"])] == ["CL002"]
    assert [found.code for found in diagnose([tmp_path / "missing.py"])] == ["CL002"]
    (tmp_path / "large.py").write_text("#" * 300_001)
    assert [found.code for found in diagnose([tmp_path / "large.py"])] == ["CL003"]


def test_packages_as_wholes(tmp_path: Path) -> None:
    def write(name: str, package: str, text: str = "") -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(f"from cantata.lang import package\nPACKAGE = package({package})\n{text}\n")
        return path

    one = write("one", '"a", "1.0.0", module="A"')
    two = write("two", '"a", "1.0.1", module="B"')
    assert [found.code for found in diagnose([one, two])] == ["CL016"]
    three = write("three", '"a", "1.0.0", module="A"')
    assert [found.code for found in diagnose([one, three])] == ["CL017"]
    four = write("four", '"a", "1.0.0", module="C"', "import five as five")
    five = write("five", '"b", "1.0.0", module="D"', "import one as one")
    assert [found.code for found in diagnose([one, four, five])] == ["CL019"]
    six = write("six", '"a", "1.0.0", module="E"', "import seven as seven")
    write("seven", '"a", "1.0.0", module="F"', "import six as six")
    assert [found.code for found in diagnose([six])] == ["CL015"]
    newer = tmp_path / "newer.py"
    newer.write_text(
        "from cantata.lang import foreign\n"
        f'PACKAGE = foreign("n", "1", module="N", id="{"00" * 32}", lf="2.2")\n'
    )
    older = write("older", '"a", "1.0.0", module="A"', "import newer as newer")
    assert [found.code for found in diagnose([older])] == ["CL021"]
    eight = write("eight", '"a", "1.0.0", module="A.B"')
    text = "from cantata.lang import Record\nclass B(Record): ..."
    nine = write("nine", '"a", "1.0.0", module="A"', text)
    assert [found.code for found in diagnose([eight, nine])] == ["CL131"]
