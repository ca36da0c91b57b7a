"""The Debian package: scripts of POSIX shell, a control file of Debian, programs where the units are.

Installing it takes roots of Debian: `python -m tests.prove package`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEBIAN, DEPLOY = ROOT / "server/debian", ROOT / "server/deploy"
SCRIPTS = ("postinst", "prerm", "postrm")


@pytest.mark.parametrize("script", SCRIPTS)
def test_maintainer_script_is_shell_of_posix(script: str) -> None:
    subprocess.run(["dash" if shutil.which("dash") else "sh", "-n", str(DEBIAN / script)], check=True)
    assert (DEBIAN / script).read_text("utf-8").splitlines().count("set -e") == 1


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="no dpkg-deb on this machine")
def test_package_with_these_files_is_built_and_read(tmp_path: Path) -> None:
    tree = tmp_path / "tree/DEBIAN"
    tree.mkdir(parents=True)
    for path in DEBIAN.iterdir():
        text = path.read_text("utf-8")
        for name, value in (("VERSION", "1.2.3"), ("ARCHITECTURE", "amd64"), ("SIZE", "1")):
            text = text.replace(f"@{name}@", value)
        (tree / path.name).write_text(text)
        (tree / path.name).chmod(0o755 if path.name in SCRIPTS else 0o644)
    package = tmp_path / "package.deb"
    subprocess.run(["dpkg-deb", "--build", str(tree.parent), str(package)], check=True, capture_output=True)
    fields = subprocess.run(
        ["dpkg-deb", "--field", str(package), "Package", "Version"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert fields == "Package: field178\nVersion: 1.2.3\n"


def test_units_start_the_program_that_the_package_links() -> None:
    postinst = (DEBIAN / "postinst").read_text("utf-8")
    folder = re.search(r"^programs=(.+)$", postinst, re.MULTILINE)
    assert folder is not None
    started = {
        line.partition("=")[2].split()[0]
        for unit in DEPLOY.glob("*.service")
        for line in unit.read_text("utf-8").splitlines()
        if line.startswith("ExecStart")
    }
    assert started == {f"{folder[1]}/current/bin/field178"}


def test_removal_names_no_file_of_the_office() -> None:
    removed = re.findall(r"rm -rf? (\S+)", "".join((DEBIAN / name).read_text("utf-8") for name in SCRIPTS))
    # The last one is a sentence for whoever purges the package.
    assert [path for path in removed if "/var/lib" in path] == ['/var/lib/field178"']


def test_service_upgrades_the_store_before_it_starts() -> None:
    unit = (DEPLOY / "field178.service").read_text("utf-8")
    assert "ExecStartPre=/opt/field178/current/bin/field178 upgrade\n" in unit
    assert "Type=notify\n" in unit
