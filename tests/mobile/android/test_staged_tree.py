"""The folder that the Android build is made of: reproducible, complete, and enough to run on."""

from __future__ import annotations

import ast
import compileall
import json
import os
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from tests.mobile.android.spec import MOBILE, ROOT, app, requirements

SCRIPT = Path(__file__).with_name("as_on_device.py")
# What a requirement is imported as, where it has no file of that name in its distribution here.
IMPORTED_AS = {
    "pyjnius": {"jnius"},
    "android": {"android"},
    "cryptography": {"cryptography", "_cffi_backend"},
}
TOOLS = {"python3", "hostpython3", "sqlite3", "openssl"}
# Gone from the standard library by Python 3.14.
GONE = (
    {"aifc", "asynchat", "asyncore", "audioop", "cgi", "cgitb", "chunk", "crypt", "distutils"}
    | {"imghdr", "imp", "lib2to3", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes"}
    | {"smtpd", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib"}
)


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("apk") / "tree"
    stage(folder)
    return folder


def stage(folder: Path) -> str:
    command = [sys.executable, str(MOBILE / "stage_apk.py"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[0]


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def import_names() -> set[str]:
    modules: set[str] = set()
    for name in requirements().keys() - TOOLS:
        if name in IMPORTED_AS:
            modules |= IMPORTED_AS[name]
        elif name not in ("chardet", "six"):
            files = distribution(name).files or []
            modules |= {str(path.parts[0]).removesuffix(".py") for path in files if path.suffix == ".py"}
    return modules - {"..", "__pycache__"}


@pytest.fixture(scope="module")
def started(staged: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of a tablet that was started from compiled files alone, as the device starts it."""
    device = tmp_path_factory.mktemp("device")
    for name in names(staged):
        target = device / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((staged / name).read_bytes())
    assert compileall.compile_dir(device, legacy=True, quiet=2, optimize=2)
    for path in device.rglob("*.py"):
        path.unlink()
    site = Path(distribution("kivy").locate_file("")).resolve()
    data = tmp_path_factory.mktemp("data")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "FIELD178_TABLET_DIR": str(data / "tablet"),
        "FIELD178_OFFSCREEN": "1",
        "KIVY_CLIPBOARD": "dummy",
        "KIVY_NO_FILELOG": "1",
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-OO", SCRIPT, device, ",".join(sorted(import_names())), site],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["from"].startswith(str(device))
    return dict(report)


def test_same_sources_give_the_same_folder(staged: Path, tmp_path: Path) -> None:
    assert stage(tmp_path / "one") == stage(tmp_path / "two") != ""
    times = {path.stat().st_mtime for path in (tmp_path / "one").rglob("*") if path.is_file()}
    assert len(times) == 1
    assert {name: (tmp_path / "one" / name).read_bytes() for name in names(tmp_path / "one")} == {
        name: (staged / name).read_bytes() for name in names(staged)
    }


def test_folder_of_an_earlier_build_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "secret.txt").write_text("left")
    stage(tmp_path / "old")
    assert "secret.txt" not in names(tmp_path / "old")


def test_spec_builds_from_where_it_is_staged() -> None:
    assert (MOBILE / app()["source.dir"]).resolve() == ROOT / "build" / "apk"


def test_nothing_of_server_tests_or_tools_is_in_it(staged: Path) -> None:
    tops = {name.partition("/")[0] for name in names(staged)}
    metadata_folder = f"field178-{app()['version']}.dist-info"
    assert tops == {"LICENSE", "NOTICE", "main.py", "field178_mobile", "field178_shared", metadata_folder}
    suffixes = {"", ".py", ".kv", ".mo", ".sql", ".json", ".ttf", ".txt"}
    assert {Path(name).suffix for name in names(staged)} == suffixes


def test_every_other_file_of_the_packages_is_left_out_on_purpose(staged: Path) -> None:
    taken, left = names(staged), set()
    for package in (ROOT / "shared/field178_shared", MOBILE / "field178_mobile"):
        for path in package.rglob("*"):
            name = f"{package.name}/{path.relative_to(package).as_posix()}"
            if path.is_file() and "__pycache__" not in name and name not in taken:
                left.add(name)
    plain = {name for name in left if Path(name).suffix not in (".po", ".yaml", ".typed")}
    assert plain == {
        "field178_mobile/platform/fake.py",
        "field178_shared/codelists/data/demo_dataset.json",
    }


def test_bare_tablet_starts_from_compiled_files_with_nothing_but_its_requirements(
    started: dict[str, Any],
) -> None:
    assert started["docstrings"] is None
    assert started["shown"] == "EnrolScreen"


def test_every_module_can_be_imported_there(started: dict[str, Any], staged: Path) -> None:
    written = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in names(staged)
        if name.endswith(".py") and name != "main.py"
    }
    assert set(started["modules"]) == written


def test_refused_modules_include_those_with_a_fallback(started: dict[str, Any]) -> None:
    ours = {"keyring", "msgspec", "pysqlite3"}
    assert ours <= set(started["refused"])


def test_every_kind_of_data_is_found_and_opened(started: dict[str, Any]) -> None:
    assert {".json", ".kv", ".mo", ".sql", ".ttf"} <= set(started["opened"])
    assert (started["texts"], started["shared_texts"]) == (2, 2)
    assert started["lists"] > 3
    assert started["migrations"] == len(
        list((MOBILE / "field178_mobile/store/database/migrations").glob("*.sql"))
    )
    assert started["pdf"] > 10_000


def test_code_is_python_that_3_14_takes_without_a_warning(staged: Path) -> None:
    faults = []
    for path in sorted(staged.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Try) and node.finalbody:
                faults += [
                    f"{path}:{statement.lineno} leaves a finally" for statement in _leaving(node.finalbody)
                ]
            if isinstance(node, ast.Import):
                faults += [
                    f"{path}: {alias.name}" for alias in node.names if alias.name.partition(".")[0] in GONE
                ]
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in GONE:
                faults.append(f"{path}: {node.module}")
    assert faults == []


def _leaving(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements that leave a `finally`: Python 3.14 warns of them, a later one refuses them."""
    return [
        node
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Return | ast.Break | ast.Continue)
    ]
