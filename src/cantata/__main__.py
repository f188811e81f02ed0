"""`python -m cantata`: the command line."""

from __future__ import annotations

from cantata.cli import main

if __name__ == "__main__":
    main()
