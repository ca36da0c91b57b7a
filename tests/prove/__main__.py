"""Runs the proofs, each in a process of its own: python -m tests.prove [name | name=count …]."""

from __future__ import annotations

import subprocess
import sys

PROOFS = (
    "loader",
    "network",
    "interleavings",
    "writers",
    "full_disk",
    "damage",
    "crashes",
    "restore",
    "power_cuts",
    "simulator",
    "monkey",
)


def main(names: list[str]) -> int:
    """Run the named proofs, or all; `name=count` runs more or fewer cases than usual."""
    broken = [one for one in names or PROOFS if _run(*one.partition("=")[::2])]
    for one in broken:
        print(f"proof {one} failed", file=sys.stderr)
    return len(broken)


def _run(name: str, count: str) -> int:
    command = [sys.executable, "-m", f"tests.prove.{name}", *filter(None, [count])]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
