"""The tablet for Linux and Windows: the wheel, installed by itself, holds all that it opens, and starts."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from tests.mobile.test_app import FIRST_FRAME

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("shared/field178_shared", "server/field178_server", "mobile/field178_mobile")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the package; its requirements come from the environment of the tests."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(folder, symlinks=os.name != "nt")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip("--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    (site,) = folder.rglob("site-packages")
    # A line of a .pth file is a place to look in; what .pth files lie there (this checkout's) is not read.
    (site / "borrowed.pth").write_text("\n".join(sorted(places())), "utf-8")
    return python.parent


def places() -> set[str]:
    here = set(filter(None, sys.path)) & {path for path in sys.path if path.endswith("site-packages")}
    return here | {sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]}


def pip(*arguments: str) -> None:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    command = [sys.executable, "-m", "pip", *arguments[:2], *quiet, *arguments[2:]]
    done = subprocess.run(command, cwd="/", env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]


def environment(**more: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("KIVY_", "PYTHON"))}
    return {**plain, **more}


def test_wheel_has_every_file_of_the_packages(wheel: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    held = set(zipfile.ZipFile(wheel).namelist())
    missing = {name.partition("/")[2] for name in tracked if (ROOT / name).is_file()} - held
    assert tracked
    assert missing == set()


def test_wheel_is_the_same_when_it_is_built_again(wheel: Path, tmp_path: Path) -> None:
    pip("wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT))
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_installed_tablet_says_which_one_it_is(installed: Path, tmp_path: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    output = subprocess.run(
        [installed / "field178-tablet", "--version"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert output.stdout == f"field178 tablet {version}\n"


def test_installed_tablet_starts_and_asks_for_the_enrolment(installed: Path, tmp_path: Path) -> None:
    own = environment(
        FIELD178_TABLET_DIR=str(tmp_path / "tablet"), FIELD178_OFFSCREEN="1", KIVY_CLIPBOARD="dummy"
    )
    script = f"{FIRST_FRAME}\nimport field178_mobile, field178_shared\nprint(field178_mobile.__file__)\n"
    done = subprocess.run(
        [installed / "python", "-c", script],
        cwd=tmp_path,
        env=own,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "shows EnrolScreen" in done.stdout
    assert done.stdout.splitlines()[-1].startswith(str(installed.parent))
