"""Commands of `make` on a machine that is not ready, and the virtual environment of scripts/setup.sh."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-demo.lock", "requirements-office.lock")
UV = '#!/bin/sh\necho "$@" >>"$CALLS"\n'
# Makes an environment as `python3 -m venv` does, as far as setup.sh looks at it, without pip.
PYTHON = f"""#!/bin/sh
[ "$2" = venv ] || exec {sys.executable} "$@"
rm -rf .venv
mkdir -p .venv/bin
echo "VIRTUAL_ENV=$(pwd -P)/.venv" >.venv/bin/activate
ln -s {sys.executable} .venv/bin/python
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with the real Makefile and setup, whose Python packages are never downloaded."""
    folder = tmp_path / "checkout"
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "scripts" / "setup.sh", folder / "scripts")
    for name in (*LOCKS, "pyproject.toml", "field178_shared.py"):
        (folder / name).touch()
    return folder


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder of programs that stand before the machine's own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    put(folder, "python3", PYTHON)
    return folder


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


def run(folder: Path, programs: Path, *command: str) -> subprocess.CompletedProcess[str]:
    own = {"PATH": f"{programs}:{os.environ['PATH']}", "CALLS": str(programs / "calls")}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")} | own
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def installed(programs: Path) -> list[str]:
    """Return the lock of each installation so far, and forget them."""
    calls = programs / "calls"
    lines = calls.read_text().splitlines() if calls.exists() else []
    calls.unlink(missing_ok=True)
    return [line.split()[-1] for line in lines if "--require-hashes" in line]


@pytest.mark.parametrize("target", ["demo", "test", "server", "prove"])
def test_machine_without_libraries_gets_the_commands_to_run(
    checkout: Path, programs: Path, target: str
) -> None:
    put(programs, "dpkg-query", "#!/bin/sh\nexit 1\n")
    put(programs, "id", "#!/bin/sh\necho 1000\n")
    done = run(checkout, programs, "make", target)
    assert done.returncode != 0
    assert (
        "  sudo apt-get update && sudo apt-get install --yes --no-install-recommends libegl1" in done.stderr
    )
    assert ("libatomic1" in done.stderr) is (target in ("test", "prove"))
    assert ("faketime" in done.stderr) is (target == "prove")
    last = done.stderr.splitlines()[-1]
    assert f"chạy lại: make {target} (run the line above, then again: make {target})" in last
    assert "Error" not in done.stderr
    assert not (checkout / ".venv").exists()


def test_the_office_needs_no_library_of_the_system(checkout: Path, programs: Path) -> None:
    put(programs, "dpkg-query", "#!/bin/sh\nexit 1\n")
    put(programs, "uv", UV)
    assert run(checkout, programs, "scripts/setup.sh", "office").returncode == 0


def test_an_installation_that_fails_shows_its_last_lines_and_names_the_target(
    checkout: Path, programs: Path
) -> None:
    put(programs, "dpkg-query", "#!/bin/sh\necho installed\n")
    put(programs, "uv", "#!/bin/sh\necho no such package\nexit 1\n")
    done = run(checkout, programs, "make", "demo")
    assert done.returncode != 0
    assert "no such package" in done.stderr
    assert "chạy lại: make demo" in done.stderr.splitlines()[-1]
    assert run(checkout, programs, "scripts/setup.sh", "demo").returncode == 1


def test_a_dry_run_installs_nothing(checkout: Path, programs: Path) -> None:
    put(programs, "dpkg-query", "#!/bin/sh\nexit 1\n")
    assert run(checkout, programs, "make", "-n", "demo").returncode == 0


def test_the_environment_is_completed_once_and_made_anew_only_where_it_moved(
    checkout: Path, programs: Path
) -> None:
    put(programs, "dpkg-query", "#!/bin/sh\necho installed\n")
    put(programs, "uv", UV)
    assert run(checkout, programs, "scripts/setup.sh", "office").returncode == 0
    assert installed(programs) == ["requirements-office.lock"]
    assert run(checkout, programs, "scripts/setup.sh", "demo").returncode == 0
    run(checkout, programs, "scripts/setup.sh", "office")
    assert installed(programs) == ["requirements-demo.lock"]
    again = run(checkout, programs, "scripts/setup.sh", "demo")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    (checkout / ".venv" / "kept").touch()
    run(checkout, programs, "scripts/setup.sh", "test")
    run(checkout, programs, "scripts/setup.sh", "demo")
    run(checkout, programs, "scripts/setup.sh", "lint")
    assert installed(programs) == ["requirements.lock"]
    assert (checkout / ".venv" / "kept").exists()
    moved = checkout.rename(checkout.parent / "moved")
    assert run(moved, programs, "scripts/setup.sh", "demo").returncode == 0
    assert installed(programs) == ["requirements-demo.lock"]
    assert not (moved / ".venv" / "kept").exists()
    assert str(moved) in (moved / ".venv" / "bin" / "activate").read_text()
