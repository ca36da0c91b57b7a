"""Copy of the product for the steps of CONTRIBUTING.md, and the files that they changed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_COPIED = ("shared", "server", "mobile", "scripts", "tests", "pyproject.toml", "docs/record-types.md")
_KINDS = frozenset({".py", ".kv", ".po", ".mo", ".yaml", ".json", ".html", ".css", ".toml", ".md"})


def copy_product(folder: Path) -> Path:
    """Copy code and tests with their bytecode, without pictures; return the folder."""
    # Files keep their times, so compiled modules stay valid; those being written are left.
    ignored = shutil.ignore_patterns("*.pyc.*", "golden", "*.ttf", ".*_cache")
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for font in ROOT.glob("*/field178_*/**/*.ttf"):
        shutil.copy(font, folder / font.relative_to(ROOT))
    return folder


def run(folder: Path, *command: str, **environment: str) -> str:
    """Run a Python command in the copy; return its output."""
    packages = os.pathsep.join(str(folder / name) for name in ("shared", "server", "mobile"))
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": packages,
            "PYTEST_ADDOPTS": "",
            "PYTEST_XDIST_WORKER": "",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def run_tests(folder: Path, *paths: str, **environment: str) -> None:
    """Run tests in the copy; each must pass, none may be skipped."""
    output = run(folder, "-m", "pytest", "-q", "-p", "no:randomly", "-n", "0", *paths, **environment)
    assert re.search(r"\d+ passed", output)
    assert "skipped" not in output


def insert(file: Path, lines: str, *, before: str) -> None:
    """Insert lines into a file before a text that the file contains exactly once."""
    content = file.read_text("utf-8")
    assert content.count(before) == 1
    file.write_text(content.replace(before, lines + before), "utf-8")


def append(file: Path, code: str, *imports: str) -> None:
    """Append code to a module, and the imports that it lacks."""
    content = file.read_text("utf-8")
    missing = [line for line in imports if line not in content]
    place = "from __future__ import annotations\n"
    file.write_text(content.replace(place, "\n".join([place, *missing, ""]), 1) + code, "utf-8")


def translate(folder: Path, catalog: Path, texts: dict[str, str]) -> None:
    """Extract the texts, write their translations into a Vietnamese catalog, compile it."""
    run(folder, "scripts/catalogs.py", "extract")
    file = folder / catalog
    content = file.read_text("utf-8")
    for msgid, translation in texts.items():
        empty = f'msgid "{msgid}"\nmsgstr ""\n'
        assert empty in content
        content = content.replace(empty, f'msgid "{msgid}"\nmsgstr "{translation}"\n')
    file.write_text(content, "utf-8")
    run(folder, "scripts/catalogs.py", "compile")


def changed_files(folder: Path) -> set[Path]:
    """Return the files of the copy that are new or differ from the product's."""
    files = (path for name in _COPIED for path in sorted([folder / name, *(folder / name).rglob("*")]))
    inside = (path.relative_to(folder) for path in files if path.suffix in _KINDS)
    return {path for path in inside if _bytes(folder / path) != _bytes(ROOT / path)}


def steps_of(title: str) -> list[str]:
    """Return the numbered steps of a section of CONTRIBUTING.md."""
    section = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"^\d+\. .*(?:\n {3}.*)*", section, re.M)


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
