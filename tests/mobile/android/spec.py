"""buildozer.spec as its tests read it."""

from __future__ import annotations

import configparser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MOBILE = ROOT / "mobile"
SPEC = MOBILE / "buildozer.spec"


def app() -> dict[str, str]:
    """Return the section of the application."""
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(SPEC, "utf-8")
    return dict(parser["app"])


def listed(name: str) -> list[str]:
    """Return a value that is a list, as buildozer splits it."""
    return [part.strip() for part in app()[name].split(",")]


def requirements() -> dict[str, str]:
    """Return name → version, empty where the recipe decides."""
    pairs = (requirement.partition("==") for requirement in listed("requirements"))
    return {name: version for name, _equals, version in pairs}


def recipes() -> set[str]:
    """Return the names of all recipes, in small letters: python-for-android finds them in any."""
    theirs = (Path(__file__).parent / "p4a_recipes.txt").read_text("ascii").splitlines()[1:]
    return {
        name.lower() for name in [*theirs, *(folder.name for folder in (MOBILE / "apk/recipes").iterdir())]
    }
