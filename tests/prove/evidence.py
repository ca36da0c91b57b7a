"""Records of the proofs: one line of JSON a run, and a page under docs/evidence."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

_IN_MEMORY = Path("/dev/shm")
EVIDENCE = Path(__file__).parents[2] / "docs" / "evidence"

# Results of a proof, in the order of the output.
Facts = Mapping[str, object]


def prove(name: str, claim: str, usual: int, run: Callable[[Path, int], Facts]) -> None:
    """Run the cases of a proof, as many as the command line says; an exception is the failure of the proof.

    `run` gets an empty folder and the number of cases, and returns what it found.
    """
    count = int(sys.argv[1]) if len(sys.argv) > 1 else usual
    began, started = datetime.now(UTC), time.perf_counter()
    place = _IN_MEMORY if _IN_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix=f"field178-{name}-", dir=place) as folder:
        facts = run(Path(folder), count)
    seconds = round(time.perf_counter() - started, 1)
    print(json.dumps({"proof": name, "holds": True, **facts, "seconds": seconds}, default=str), flush=True)
    _write(name, claim, count, began, facts)


def _write(name: str, claim: str, count: int, began: datetime, facts: Facts) -> None:
    lines = [
        f"# {claim}",
        "",
        f"Run on {began:%Y-%m-%d} at {began:%H:%M} UTC with `python -m tests.prove {name}={count}`"
        f" on {_version()}; it held.",
        "",
        "| fact | value |",
        "|---|---|",
        *(f"| {fact.replace('_', ' ')} | {_words(value)} |" for fact, value in facts.items()),
    ]
    EVIDENCE.mkdir(exist_ok=True)
    (EVIDENCE / f"{began:%Y-%m-%d}-{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def commit() -> tuple[str, bool]:
    """Return the short name of the commit, "" without one, and whether nothing that runs stands beside it."""
    name = _git("rev-parse", "--short", "HEAD")
    sources = (f"../../{folder}" for folder in ("shared", "server", "mobile", "scripts", "tests"))
    return name, bool(name) and not _git("status", "--porcelain", "--", *sources)


def _version() -> str:
    name, is_clean = commit()
    if not name:
        return "a tree without its history"
    return f"commit {name}" if is_clean else f"commit {name} with changes"


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(EVIDENCE), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {count}" for key, count in sorted(value.items(), key=str))
    return str(value)
