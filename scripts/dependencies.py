"""Versions of the libraries: required, locked, and the lowest without a known weakness."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
# Extras of what is installed: the others are tools of the developers.
PRODUCT = ("server", "postgres", "s3", "mobile")
_PIN = re.compile(r"^([a-z0-9.-]+)==([^\s;\\]+)", re.M)
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Floors:
    """Lowest versions by package, direct dependencies without an advisory, and the day they were read."""

    read: date
    versions: dict[str, str]
    none_known: frozenset[str]


def floors() -> Floors:
    """Return the versions of docs/security/floors.toml."""
    document = tomllib.loads((ROOT / "docs/security/floors.toml").read_text("utf-8"))
    rows = document["floor"]
    if any(not row["advisory"] or not row["about"] for row in rows):
        raise ValueError("a floor without its advisory")
    versions = {row["package"]: row["floor"] for row in rows}
    return Floors(document["read"], versions, frozenset(document["none_known"]))


def locked(lock: Path = LOCK) -> dict[str, str]:
    """Return the locked version of each package."""
    return dict(_PIN.findall(lock.read_text("utf-8")))


def required() -> set[str]:
    """Return the packages that pyproject.toml requires for what is installed."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *(line for extra in PRODUCT for line in extras[extra])]
    return {match[0].lower() for line in lines if (match := _NAME.match(line))}


def is_below(version: str, floor: str) -> bool:
    """Return whether a version is lower than a floor; parts after the numbers count for nothing."""
    return _numbers(version) < _numbers(floor)


def _numbers(version: str) -> list[int]:
    numbers = [int(part) for part in re.match(r"[0-9.]*", version)[0].split(".") if part]  # type: ignore[index]
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers
