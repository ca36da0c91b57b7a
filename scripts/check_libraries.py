"""Check the libraries of each program of the environment with the loader; fail if one is missing.

A wheel can contain a program without its libraries, and a machine with a compiler hides the error.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ELF = b"\x7fELF"
# Class, byte order and machine of an ELF file: they differ between platforms.
CLASS_AND_ORDER = slice(4, 6)
MACHINE = slice(18, 20)


@dataclass(frozen=True)
class Answer:
    """Result for one file: missing libraries, or the reason for skipping it."""

    path: Path
    lacks: tuple[str, ...] = ()
    skipped: str = ""


def main(arguments: list[str]) -> int:
    """Check the folder of the command line, default `.venv`."""
    folder = Path(arguments[0]) if arguments else ROOT / ".venv"
    answers = [checked(path) for path in binaries(folder)]
    for answer in answers:
        if answer.skipped:
            print(f"skipped, {answer.skipped}: {answer.path}")
    faults = [answer for answer in answers if answer.lacks]
    for answer in faults:
        print(f"not found: {', '.join(answer.lacks)}: needed by {answer.path}")
    count = sum(not answer.skipped for answer in answers)
    print(f"{count} programs and libraries checked, {len(faults)} lack something")
    return 1 if faults or not count else 0


def binaries(folder: Path) -> Iterator[Path]:
    """Yield each program and library once, without symbolic links."""
    for path in sorted(folder.rglob("*")):
        is_named = ".so" in path.suffixes
        if path.is_symlink() or not path.is_file() or not (is_named or os.access(path, os.X_OK)):
            continue
        if _head(path).startswith(ELF):
            yield path


def checked(path: Path) -> Answer:
    """Check one file with the loader."""
    own, head = _head(Path(sys.executable)), _head(path)
    if (own[CLASS_AND_ORDER], own[MACHINE]) != (head[CLASS_AND_ORDER], head[MACHINE]):
        return Answer(path, skipped="made for another processor")
    # Libraries that a wheel bundles find each other by the path that the module which loads them carries.
    own_folder = {"LD_LIBRARY_PATH": str(path.parent)} if path.parent.suffix == ".libs" else {}
    environment = {**os.environ, **own_folder}
    done = subprocess.run(["ldd", path], env=environment, capture_output=True, text=True, check=False)
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
    if any("musl" in line for line in lines):
        return Answer(path, skipped="made for musl")
    if any(line.endswith(("not a dynamic executable", "statically linked")) for line in lines):
        return Answer(path, skipped="needs no library")
    lacks = tuple(line.partition(" => ")[0] for line in lines if line.endswith("not found"))
    return Answer(path, lacks)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(20)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
