"""The steps of "Add a field" (CONTRIBUTING.md), performed in a copy of the product."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("shared", "server", "mobile", "scripts", "tests", "pyproject.toml")
SCHEMAS = Path("shared/field178_shared/schemas")
CATALOG = Path("shared/field178_shared/translations/vi/LC_MESSAGES/shared.po")
BY_HAND = {SCHEMAS / "outreach.py", SCHEMAS / "fields" / "outreach.py", CATALOG}
BY_SCRIPT = {CATALOG.with_suffix(".mo")}
CHECKS = ("tests/server/console/check_added_field.py", "tests/mobile/screens/check_added_field.py")
# Tests that hold for every field, the added one included.
KEPT = (
    "tests/shared/schemas/fields/test_catalogue.py",
    "tests/mobile/components/forms/test_simple_fields.py",
)

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("product")
    passed_over = shutil.ignore_patterns("__pycache__", "golden", "*.ttf", ".*_cache")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=passed_over)
        else:
            shutil.copy(ROOT / name, folder / name)
    for font in ROOT.glob("*/field178_*/**/*.ttf"):
        shutil.copy(font, folder / font.relative_to(ROOT))
    return folder


def declare(schema: Path, name: str, like: str) -> None:
    """Step 1: declare a field in the schema, with the declaration of another one."""
    text = schema.read_text("utf-8")
    (known,) = (
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == like
    )
    value = ast.get_source_segment(text, known.value)
    lines = text.splitlines(keepends=True)
    lines.insert(known.end_lineno or 0, f"    {name} = {value}\n")
    schema.write_text("".join(lines), "utf-8")


def name_it(fields: Path) -> None:
    """Step 2: say what the field is called and where it stands."""
    text = fields.read_text("utf-8")
    told = '    FieldSpec("banner_text", N_("Text of the banner"), is_free_text=True, section="session"),\n'
    place = text.index("    TEAM.within(")
    fields.write_text(text[:place] + told + text[place:], "utf-8")


def translate(folder: Path) -> None:
    """Step 3: extract, translate, compile."""
    run(folder, "scripts/catalogs.py", "extract")
    catalog = folder / CATALOG
    empty = 'msgid "Text of the banner"\nmsgstr ""\n'
    text = catalog.read_text("utf-8")
    assert empty in text
    catalog.write_text(text.replace(empty, empty.replace('""', '"Nội dung băng rôn"')), "utf-8")
    run(folder, "scripts/catalogs.py", "compile")


def run(folder: Path, *command: str) -> str:
    packages = os.pathsep.join(str(folder / name) for name in ("shared", "server", "mobile"))
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": packages, "PYTEST_ADDOPTS": "", "PYTEST_XDIST_WORKER": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def changed_in(folder: Path) -> set[Path]:
    files = (path for name in COPIED for path in sorted((folder / name).rglob("*")))
    kinds = {".py", ".kv", ".po", ".mo", ".yaml", ".json", ".html", ".css"}
    inside = (path.relative_to(folder) for path in files if path.suffix in kinds)
    return {path for path in inside if (folder / path).read_bytes() != (ROOT / path).read_bytes()}


def test_three_files_make_a_field_of_wire_tablet_and_console(copy: Path) -> None:
    declare(copy / SCHEMAS / "outreach.py", "banner_text", like="summary")
    name_it(copy / SCHEMAS / "fields" / "outreach.py")
    translate(copy)
    assert changed_in(copy) == BY_HAND | BY_SCRIPT
    assert run(copy, "scripts/catalogs.py", "check").strip() == "nothing to do"
    said = run(copy, "-m", "pytest", "-q", "-p", "no:randomly", "-n", "0", *CHECKS, *KEPT)
    passed = re.search(r"(\d+) passed", said)
    assert passed is not None
    assert "failed" not in said
    assert "skipped" not in said


def test_the_steps_are_those_of_the_page() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    section = page.split("## Add a field\n")[1].split("\n## ")[0]
    steps = [line for line in section.splitlines() if re.match(r"\d+\. ", line)]
    named = {
        Path(name.replace("<family>", "outreach"))
        for line in steps
        for name in re.findall(r"`(shared/[^`]+)`", line)
    }
    assert named == BY_HAND
    assert len(steps) == len(BY_HAND)
