"""Version of each component of a release, as CycloneDX 1.6: scripts/sbom.py LIST… > sbom.cdx.json.

Each list has the libraries of a set of extras with their versions; those of the first are required, those
that only a later one has are optional. The files of others in the console come from their manifest. The same
lists make the same bytes: there is no time in it, and its number is derived from its content.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.dependencies import locked  # noqa: E402  # a script finds its neighbours by its own folder

MANIFEST = ROOT / "server/field178_server/console/static/vendor/manifest.json"
Json = dict[str, Any]


def bill_of_materials(lists: list[Path]) -> Json:
    """Return the document of a release."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    libraries: dict[str, Json] = {}
    for place, path in enumerate(lists):
        for name, version in locked(path).items():
            libraries.setdefault(name, _library(name, version, "optional" if place else "required"))
    if not libraries:
        raise ValueError("no library in the lists")
    components = [*(libraries[name] for name in sorted(libraries)), *_console_files()]
    root = f"pkg:generic/{project['name']}@{project['version']}"
    product = {
        "type": "application",
        "bom-ref": root,
        "name": project["name"],
        "version": project["version"],
        "licenses": [{"license": {"id": project["license"]}}],
        "purl": root,
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps([product, components], sort_keys=True))}",
        "version": 1,
        "metadata": {"component": product},
        "components": components,
        "dependencies": [{"ref": root, "dependsOn": [component["bom-ref"] for component in components]}],
    }


def _library(name: str, version: str, scope: str) -> Json:
    url = f"pkg:pypi/{name}@{version}"
    return {"type": "library", "bom-ref": url, "name": name, "version": version, "scope": scope, "purl": url}


def _console_files() -> list[Json]:
    """Return the components whose files lie in the console."""
    works = {work["name"]: work for work in json.loads(MANIFEST.read_text("utf-8"))}
    components = []
    for name, work in sorted(works.items()):
        url = f"pkg:npm/{quote(name)}@{work['version']}"
        components.append(
            {**_library(name, work["version"], "required"), "bom-ref": url, "purl": url}
            | {"licenses": [{"license": {"id": work["licence"]}}]}
        )
    return components


if __name__ == "__main__":
    print(json.dumps(bill_of_materials([Path(path) for path in sys.argv[1:]]), indent=1))
