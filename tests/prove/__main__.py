"""Runs the proofs, each in a process of its own: python -m tests.prove [name | name=count …].

Without names, proofs that held on this very commit are not run again: an interrupted run goes on.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.prove.evidence import commit

PROOFS = (
    "advisories",
    "planted_bugs",
    "planted_sources",
    "long_forms",
    "twins",
    "loader",
    "fuzz",
    "random_edits",
    "described_interfaces",
    "network",
    "interleavings",
    "writers",
    "full_disk",
    "damage",
    "crashes",
    "restore",
    "power_cuts",
    "two_worlds",
    "simulator",
    "monkey",
    "dates",
    "package",
)
# One line a proof that held: commit and name.
HELD = Path(__file__).parents[2] / ".proved"


def main(names: list[str]) -> int:
    """Run the commands of the named proofs, or of all not recorded here; `name=count` sets the cases."""
    chosen = names or _not_held()
    broken = [proof for proof in chosen if _run(*proof.partition("=")[::2])]
    for broken_proof in broken:
        print(f"proof {broken_proof} failed", file=sys.stderr)
    return len(broken)


def _not_held() -> list[str]:
    held = {name for name in PROOFS if _line(name) in _lines()}
    for name in PROOFS:
        if name in held:
            print(f"proof {name} held on this commit already")
    return [name for name in PROOFS if name not in held]


def _run(name: str, count: str) -> int:
    command = [sys.executable, "-m", f"tests.prove.{name}", *filter(None, [count])]
    status = subprocess.run(command, check=False).returncode
    if status == 0 and not count and _line(name):
        HELD.write_text("".join(f"{line}\n" for line in [*_lines(), _line(name)]), "ascii")
    return status


def _lines() -> list[str]:
    return HELD.read_text("ascii").splitlines() if HELD.exists() else []


def _line(name: str) -> str:
    """Return the line of a proof, "" when changes stand beside the commit."""
    short_name, is_clean = commit()
    return f"{short_name} {name}" if is_clean else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
