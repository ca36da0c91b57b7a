"""NOTICE names every work of others that is distributed, and travels with it."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

from tests.mobile.android.spec import requirements

ROOT = Path(__file__).resolve().parents[2]
NOTICE = (ROOT / "NOTICE").read_text("utf-8")
# Parts of the whole that have no word of their own there.
OUR_FOLDERS = ("server", "mobile", "shared")


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", *OUR_FOLDERS], cwd=ROOT, capture_output=True, text=True)
    return [Path(line) for line in done.stdout.splitlines()]


def test_every_licence_text_is_named() -> None:
    texts = [path for path in tracked() if "LICENSE" in path.name or path.name == "OFL.txt"]
    assert len(texts) >= 6
    assert [path for path in texts if path.as_posix() not in NOTICE] == []


def test_every_font_and_vendored_asset_is_of_a_work_that_is_named() -> None:
    fonts = {path.name.partition("-")[0].lower() for path in tracked() if path.suffix in (".ttf", ".woff2")}
    assert fonts == {"inter", "liberationserif", "icons.ttf"}
    assert all(word in NOTICE for word in ("Inter", "Liberation Serif", "icons.ttf"))
    vendor = ROOT / "server/field178_server/console/static/vendor"
    works = {work["name"] for work in json.loads((vendor / "manifest.json").read_text("utf-8"))}
    maps = {"leaflet", "leaflet.markercluster", "protomaps-leaflet"}
    assert works == {"htmx.org", "@fontsource/inter", "@mdi/svg"} | maps
    assert all(work in NOTICE.lower() for work in maps)


def test_every_part_of_the_android_build_is_named() -> None:
    assert [name for name in requirements() if name not in NOTICE] == []


def test_notice_is_in_wheel_source_archive_and_android_build() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "NOTICE" in project["project"]["license-files"]
    assert "NOTICE" in project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    staging = (ROOT / "mobile/stage_apk.py").read_text("utf-8")
    assert '"NOTICE": ROOT / "NOTICE"' in staging
