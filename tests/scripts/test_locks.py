"""The locks of the demonstration and of the office are parts of the large one."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)(?: ; .*?)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.M)


def pins(name: str) -> dict[tuple[str, str], set[str]]:
    """Return version and hashes of each package of a lock."""
    text = (ROOT / name).read_text("utf-8")
    hashes = {(pin[1], pin[2]): set(pin[3].split(" \\\n    ")[1:]) for pin in PIN.finditer(text)}
    assert len(hashes) == text.count("==") - text.count("sys_platform ==") - text.count("_name ==")
    return hashes


def test_the_office_has_neither_screens_nor_tests() -> None:
    small, least = pins("requirements-demo.lock"), pins("requirements-office.lock")
    assert {pin: small.get(pin) for pin in least} == least
    names = {name for name, _version in least}
    assert names > {"flask", "waitress"}
    assert names & {"kivy", "keyring", "pytest"} == set()


def test_every_pin_of_the_demonstration_is_in_the_large_lock_with_the_same_hashes() -> None:
    large, small = pins("requirements.lock"), pins("requirements-demo.lock")
    assert {name for name, _version in small} > {"flask", "kivy", "waitress"}
    assert {pin: large.get(pin) for pin in small} == small


def test_the_demonstration_has_no_tool_of_the_tests() -> None:
    names = {name for name, _version in pins("requirements-demo.lock")}
    assert names & {"pytest", "mypy", "ruff", "playwright", "moto", "hypothesis"} == set()
