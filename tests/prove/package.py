"""The Debian package in real roots with a running systemd: installed, upgraded, put back, removed.

Needs root, uv, debootstrap and systemd-nspawn (Debian: systemd-container). Each root is a new one.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.prove.evidence import Facts, prove

CLAIM = "The package installs, upgrades with its data, goes back by itself, and its removal leaves the data"
ROOT = Path(__file__).parents[2]
SUITES = ("bookworm", "trixie")
PACKAGES = "systemd,systemd-sysv,dbus,iproute2,python3,python3-venv,adduser"
FIRST, UPGRADE, BAD_MIGRATION, BAD_SERVER = "0.9.0", "0.9.1", "0.9.2", "0.9.3"
_VERSIONS = "server/field178_server/database/migrations/versions"
_PASSWORD = "con-trau-gam-co-quantri-1"
_HEALTH = (
    "import ssl, urllib.request as r; c = ssl._create_unverified_context(); "
    "print(r.urlopen('https://127.0.0.1:8443/healthz', context=c).status)"
)
_START_S = 60


@dataclass(frozen=True)
class Machine:
    """A booted root, by the process of its systemd."""

    leader: int

    def attempt(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a shell command inside, whatever its exit code."""
        inside = ["nsenter", "-t", str(self.leader), "-m", "-u", "-i", "-n", "-p", "--"]
        environment = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"]
        return subprocess.run(
            [*inside, *environment, "sh", "-c", command], capture_output=True, text=True, check=False
        )

    def run(self, command: str) -> str:
        """Run a shell command inside that must succeed; return what it prints."""
        done = self.attempt(command)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def install(self, version: str) -> int:
        """Install the package of a version; return the exit code."""
        return self.attempt(f"DEBIAN_FRONTEND=noninteractive dpkg -i /srv/{version}.deb").returncode

    def serves(self, version: str) -> bool:
        """Return whether this version answers at its port, with the account that was made and no fault."""
        return (
            self.run(f'/opt/field178/current/bin/python -c "{_HEALTH}"') == "200"
            and self.run("readlink /opt/field178/current") == version
            and self.attempt("f178 check").returncode == 0
            and "quantri" in self.run("f178 user list")
        )


def run(folder: Path, count: int) -> Facts:
    """Install, upgrade and remove the package in so many suites of Debian."""
    packages = {version: _package(folder, version) for version in (FIRST, UPGRADE, BAD_MIGRATION, BAD_SERVER)}
    seconds, exposure = {}, {}
    for suite in SUITES[:count]:
        with _booted(folder / suite, suite, packages) as machine:
            began = time.monotonic()
            assert machine.install(FIRST) == 0
            seconds[suite] = round(time.monotonic() - began)
            machine.run(f"printf '{_PASSWORD}\n{_PASSWORD}\n' | f178 user add quantri --role admin")
            assert machine.serves(FIRST)
            for version in (BAD_MIGRATION, BAD_SERVER):
                assert machine.install(version) != 0
                assert machine.serves(FIRST), version
            assert machine.install(UPGRADE) == 0
            assert machine.serves(UPGRADE)
            machine.run("systemctl is-enabled field178 field178-backup.timer")
            analysed = machine.run("systemd-analyze security field178 --no-pager | tail -1")
            exposure[suite] = analysed.partition(": ")[2].split()[0]
            machine.run("dpkg --purge field178")
            assert machine.attempt("systemctl is-active field178").stdout.strip() == "inactive"
            machine.run("test -e /var/lib/field178/field178.sqlite && test ! -e /opt/field178")
    return {
        "package_mb": packages[FIRST].stat().st_size // 1_000_000,
        "seconds_to_the_first_answer": seconds,
        "failed_migrations_and_servers_put_back": 2 * len(seconds),
        "exposure_by_systemd_analyze": exposure,
    }


def _package(folder: Path, version: str) -> Path:
    """Build the package of this version under another number; two of them cannot work."""
    source = folder / f"source-{version}"
    source.mkdir()
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", "HEAD"], capture_output=True, check=True)
    subprocess.run(["tar", "x", "-C", str(source)], input=archive.stdout, check=True)
    # The date of the files of the package is that of a commit.
    shutil.copytree(_git_folder(), source / ".git", symlinks=True)
    settings = source / "pyproject.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace(text.split('\nversion = "')[1].split('"')[0], version, 1), "utf-8")
    if version != FIRST:
        _add_migration(source, "    raise ValueError(1)" if version == BAD_MIGRATION else "")
    if version == BAD_SERVER:
        with (source / "server/field178_server/serving/server.py").open("a") as module:
            module.write("\nraise SystemExit(3)\n")
    subprocess.run([source / "scripts/package.sh"], check=True, stdout=subprocess.DEVNULL)
    (built,) = (source / "dist").glob("*.deb")
    return built.replace(folder / f"{version}.deb")


def _git_folder() -> Path:
    done = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--path-format=absolute", "--git-common-dir"],
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(done.stdout.strip())


def _add_migration(source: Path, body: str) -> None:
    newest = max(path.name[:4] for path in (source / _VERSIONS).glob("[0-9]*.py"))
    (source / _VERSIONS / "9000_trial.py").write_text(
        '"""Add a table that nothing uses."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
        f'revision = "9000"\ndown_revision = "{newest}"\nbranch_labels = None\ndepends_on = None\n\n\n'
        f'def upgrade():\n    op.create_table("trial", sa.Column("id", sa.Integer))\n{body}\n\n\n'
        'def downgrade():\n    op.drop_table("trial")\n'
    )


@contextmanager
def _booted(root: Path, suite: str, packages: dict[str, Path]) -> Iterator[Machine]:
    """Make a root of a suite and boot it without a network."""
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, str(root)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    for version, package in packages.items():
        shutil.copy(package, root / "srv" / f"{version}.deb")
    nspawn = ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--private-network"]
    process = subprocess.Popen(
        [*nspawn, f"--directory={root}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        machine = _machine(process.pid)
        machine.run("ip link set lo up")
        yield machine
    finally:
        process.terminate()
        process.wait(timeout=60)


def _machine(nspawn: int) -> Machine:
    """Return the machine once its systemd runs."""
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        children = Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text().split()
        if children:
            machine = Machine(int(children[0]))
            if machine.attempt("systemctl is-system-running").stdout.strip() in {"running", "degraded"}:
                return machine
        time.sleep(0.5)
    raise AssertionError("the root does not boot")


if __name__ == "__main__":
    prove("package", CLAIM, len(SUITES), run)
