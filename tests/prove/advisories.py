"""Locked versions against their floors, the age of the floors, and the advisories that OSV knows."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts.dependencies import floors, is_below, locked
from tests.prove.evidence import Facts, prove

CLAIM = "No locked version has a known weakness, and the floors were read within 90 days"
MOST_DAYS = 90
OSV = "https://api.osv.dev/v1/querybatch"
Json = dict[str, Any]


def ask_osv(query: Json) -> Json:
    """Return the answer of OSV to a query."""
    request = urllib.request.Request(OSV, json.dumps(query).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        document: Json = json.load(answer)
    return document


def known_advisories(pins: dict[str, str], ask: Callable[[Json], Json]) -> str:
    """Return how many packages were looked up, or why none was; an advisory or a gap is the failure."""
    packages = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": pins[name]} for name in sorted(pins)
    ]
    try:
        results = ask({"queries": packages}).get("results", [])
    except OSError as error:
        return f"skipped, OSV was not reached: {error}"
    assert packages, "no package to look up"
    assert len(results) == len(packages), f"{len(results)} of {len(packages)} packages were looked up"
    named = {
        f"{query['package']['name']} {query['version']}": [advisory["id"] for advisory in result["vulns"]]
        for query, result in zip(packages, results, strict=True)
        if result.get("vulns")
    }
    assert named == {}, named
    return f"{len(results)} packages looked up, no advisory"


def run(_folder: Path, _count: int) -> Facts:
    """Compare versions and days, ask OSV."""
    lowest, pins = floors(), locked()
    low = [name for name, floor in lowest.versions.items() if is_below(pins[name], floor)]
    assert low == [], low
    days = (datetime.now(UTC).date() - lowest.read).days
    assert days <= MOST_DAYS, f"docs/security/floors.toml was read {days} days ago: read the advisories anew"
    return {
        "locked_packages": len(pins),
        "floors": len(lowest.versions),
        "days_since_they_were_read": days,
        "OSV": known_advisories(pins, ask_osv),
    }


if __name__ == "__main__":
    prove("advisories", CLAIM, 1, run)
