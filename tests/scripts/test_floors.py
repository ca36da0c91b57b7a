"""No version with a known weakness is locked, installed or built into the tablet."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import pytest
from scripts.dependencies import floors, is_below, locked, required
from tests.mobile.android.spec import requirements
from tests.prove.advisories import known_advisories

FLOORS = floors()


def below(versions: dict[str, str]) -> dict[str, str]:
    """Return the packages of versions below their floors."""
    return {
        name: version
        for name, version in versions.items()
        if name in FLOORS.versions and is_below(version, FLOORS.versions[name])
    }


def installed() -> dict[str, str]:
    versions = {}
    for name in FLOORS.versions:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def test_every_floor_is_of_a_locked_package() -> None:
    assert set(FLOORS.versions) - set(locked()) == set()


def test_every_required_package_has_a_floor_or_no_known_advisory() -> None:
    assert set(FLOORS.versions) & FLOORS.none_known == set()
    assert required() - set(FLOORS.versions) == FLOORS.none_known


def test_no_locked_version_is_below_its_floor() -> None:
    assert below(locked()) == {}


def test_no_installed_version_is_below_its_floor() -> None:
    assert len(installed()) > 15
    assert below(installed()) == {}


def test_no_version_of_the_android_build_is_below_its_floor() -> None:
    versions = {name.lower(): version for name, version in requirements().items() if version}
    assert {"cryptography", "pillow", "requests", "urllib3"} <= set(versions)
    assert below(versions) == {}


@pytest.mark.parametrize(
    ("version", "floor", "expected"),
    [
        ("3.1.6", "3.1.6", False),
        ("3.1.10", "3.1.6", False),
        ("3.1", "3.1.0", False),
        ("3.1.5", "3.1.6", True),
        ("2.99", "3", True),
        ("2026.10.19.post1", "2023.7.22", False),
        ("46.0.3", "46.0.7", True),
    ],
)
def test_versions_are_compared_by_their_numbers(version: str, floor: str, expected: bool) -> None:
    assert is_below(version, floor) is expected


PINS = {"flask": "3.1.3", "lark": "1.3.1"}


def test_look_up_names_what_it_asked() -> None:
    queries = []

    def ask(query: dict[str, object]) -> dict[str, object]:
        queries.append(query)
        return {"results": [{}, {}]}

    assert known_advisories(PINS, ask) == "2 packages looked up, no advisory"
    assert queries == [
        {
            "queries": [
                {"package": {"name": "flask", "ecosystem": "PyPI"}, "version": "3.1.3"},
                {"package": {"name": "lark", "ecosystem": "PyPI"}, "version": "1.3.1"},
            ]
        }
    ]


@pytest.mark.parametrize("answer", [{}, {"results": []}, {"results": [{}]}])
def test_look_up_of_fewer_packages_than_are_locked_fails(answer: dict[str, object]) -> None:
    with pytest.raises(AssertionError, match="of 2 packages"):
        known_advisories(PINS, lambda _: answer)


def test_look_up_of_no_package_fails() -> None:
    with pytest.raises(AssertionError, match="no package"):
        known_advisories({}, lambda _: {"results": []})


def test_known_advisory_fails_with_its_name() -> None:
    with pytest.raises(AssertionError, match=r"lark 1\.3\.1.*GHSA-x"):
        known_advisories(PINS, lambda _: {"results": [{}, {"vulns": [{"id": "GHSA-x"}]}]})


def test_look_up_without_a_network_is_skipped_with_its_reason() -> None:
    def ask(_: object) -> dict[str, object]:
        raise OSError("no route")

    assert known_advisories(PINS, ask) == "skipped, OSV was not reached: no route"
