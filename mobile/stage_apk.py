"""Copy the sources of the Android build into one folder, without other files.

Usage: python mobile/stage_apk.py [FOLDER]      (default build/apk, where buildozer.spec reads it)

The same sources give the same folder, with equal bytes and times, so that builds can be compared. Its SHA-256
is printed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (ROOT / "shared" / "field178_shared", ROOT / "mobile" / "field178_mobile")
ENTRY = ROOT / "mobile" / "main.py"

# Files for people, tools and tests; the running tablet reads the files made from them.
NOT_READ = frozenset({".po", ".yaml", ".typed", ".pyc"})
# The fake device belongs to the tests.
NOT_RUN = (
    "field178_mobile/platform/fake.py",
    "field178_shared/codelists/data/demo_dataset.json",
)
# The first second a zip file can name: no build is younger than another.
SECOND = 315_532_800


def staged_files() -> Iterator[tuple[str, Path]]:
    """Yield name within the folder and source of every file, in order of the names."""
    files = {"main.py": ENTRY, "LICENSE": ROOT / "LICENSE", "NOTICE": ROOT / "NOTICE"}
    for package in PACKAGES:
        for path in package.rglob("*"):
            name = f"{package.name}/{path.relative_to(package).as_posix()}"
            if path.is_file() and path.suffix not in NOT_READ and not name.startswith(NOT_RUN):
                files[name] = path
    yield from sorted(files.items())


def metadata() -> tuple[str, bytes]:
    """Return name and content of the file from which the running application reads its version."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    text = f"Metadata-Version: 2.1\nName: field178\nVersion: {version}\n"
    return f"field178-{version}.dist-info/METADATA", text.encode()


def stage(folder: Path) -> str:
    """Fill the folder from scratch and return the SHA-256 of names and contents."""
    if folder.exists():
        shutil.rmtree(folder)
    whole = hashlib.sha256()
    for name, content in [*((name, source.read_bytes()) for name, source in staged_files()), metadata()]:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o644)
        os.utime(target, (SECOND, SECOND))
        whole.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return whole.hexdigest()


def main() -> None:
    """Stage into the folder of the command line."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "apk"
    sys.stdout.write(f"{stage(folder)}  {folder}\n")


if __name__ == "__main__":
    main()
