"""List of components of a release."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from scripts.dependencies import ROOT, locked
from scripts.sbom import bill_of_materials

SMALL = """flask==3.1.3 \\
    --hash=sha256:00
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:11
"""


def test_components_are_the_pins_of_the_lists_and_the_files_of_the_console(tmp_path: Path) -> None:
    small, large = tmp_path / "small.txt", tmp_path / "large.txt"
    small.write_text(SMALL + "./field178-0.2.0-py3-none-any.whl --hash=sha256:22\n", "ascii")
    large.write_text(SMALL + "psycopg==3.3.0 \\\n    --hash=sha256:33\n", "ascii")
    document = bill_of_materials([small, large])
    scopes = {(part["purl"], part["scope"]) for part in document["components"]}
    assert {
        ("pkg:pypi/flask@3.1.3", "required"),
        ("pkg:pypi/colorama@0.4.6", "required"),
        ("pkg:pypi/psycopg@3.3.0", "optional"),
        ("pkg:npm/htmx.org@2.0.11", "required"),
    } <= scopes
    assert ("pkg:npm/%40mdi/svg", "required") in {(url.rpartition("@")[0], scope) for url, scope in scopes}
    refs = [part["bom-ref"] for part in document["components"]]
    assert len(refs) == len(set(refs)) == len(scopes)
    assert document["dependencies"] == [
        {"ref": document["metadata"]["component"]["bom-ref"], "dependsOn": refs}
    ]


def test_same_lists_make_the_same_bytes() -> None:
    command = [sys.executable, "scripts/sbom.py", "requirements-demo.lock"]
    first, second = (subprocess.run(command, cwd=ROOT, capture_output=True, check=True) for _ in range(2))
    assert first.stdout == second.stdout
    document = json.loads(first.stdout)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", document["serialNumber"])
    names = {part["name"] for part in document["components"] if part["purl"].startswith("pkg:pypi/")}
    assert names == set(locked(ROOT / "requirements-demo.lock"))


def test_list_without_a_library_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("", "ascii")
    with pytest.raises(ValueError, match="no library"):
        bill_of_materials([empty])


def test_release_has_the_list_of_components_in_its_sums() -> None:
    script = (ROOT / "scripts/release.sh").read_text("utf-8")
    assert 0 < script.index("scripts/sbom.py") < script.index("sha256sum -- *")
