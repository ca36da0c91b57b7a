"""The page docs/architecture.md agrees with the import contracts and names only folders that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
LAYERS = [contract for contract in CONTRACTS if contract["type"] == "layers"]


@pytest.mark.parametrize("contract", LAYERS, ids=lambda contract: str(contract["name"]))
def test_the_layers_stand_on_the_page(contract: dict[str, list[str]]) -> None:
    assert "\n".join(contract["layers"]) in PAGE


def test_page_names_each_module_with_fast_paths() -> None:
    [contract] = [contract for contract in CONTRACTS if contract["type"] == "protected"]
    table = PAGE.partition("Fast paths:")[2].partition("## 3.")[0]
    on_page = {
        f"field178_server.{folder.strip('/').replace('/', '.')}.{name}"
        for folder, names in re.findall(r"^\| `([\w/]+)`: ([^|]+) \|", table, re.M)
        for name in names.split()
    }
    assert on_page == set(contract["allowed_importers"])


@pytest.mark.parametrize(
    "package", ["server/field178_server", "mobile/field178_mobile", "shared/field178_shared"]
)
def test_every_folder_of_a_package_is_named(package: str) -> None:
    section = PAGE.partition(f"{package}/\n")[2].partition("```")[0].partition("\n\n")[0]
    folders = {path.name for path in (ROOT / package).iterdir() if (path / "__init__.py").exists()}
    assert {folder for folder in folders if f"{folder}/" not in section} == set()


def test_every_folder_that_the_page_names_exists() -> None:
    tree = PAGE.partition("## 3. Folders")[2].partition("## 4.")[0]
    named = {name for name in re.findall(r"(?<![\w/.])(\w+)/(?=[\s,(]|\w+\.)", tree)}
    existing = {path.name for path in ROOT.rglob("*") if path.is_dir() and ".venv" not in path.parts}
    assert named - existing == set()
