"""Files of the conformance checks: vectors, cases, recorded days, and rules without a case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

Json = dict[str, Any]
FOLDER = files("field178_server.conformance")


def vectors() -> Json:
    """Return the values with their hash, digest, id or signature."""
    return dict(_read(FOLDER / "vectors.json"))


def records() -> Json:
    """Return the data of records that cases create."""
    return dict(_read(FOLDER / "records.json"))


def unseen() -> dict[str, str]:
    """Return the rules that no answer of a server shows, with the reason."""
    reasons: dict[str, list[str]] = _read(FOLDER / "unseen.json")
    return {rule: reason for reason, rules in reasons.items() for rule in rules}


def cases() -> Iterator[Json]:
    """Yield the cases of all files, with the name of their file in `file`."""
    for path in _sorted(FOLDER / "cases"):
        for case in _read(path):
            yield {**case, "file": path.name.removesuffix(".json")}


def days() -> Iterator[Json]:
    """Yield the days that are recorded, as cases."""
    for path in _sorted(FOLDER / "days"):
        yield {**_read(path), "file": path.name.removesuffix(".json")}


def recording(day: str) -> Json:
    """Return the requests and answers of a day."""
    return dict(_read(FOLDER / "recorded" / f"{day}.json"))


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted(
        (path for path in folder.iterdir() if path.name.endswith(".json")), key=lambda path: path.name
    )


def _read(path: Traversable) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
