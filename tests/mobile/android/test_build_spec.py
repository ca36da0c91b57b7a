"""Settings of the Android build: pinned versions, offline sources, and no more permissions than it needs."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution, requires

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from tests.mobile.android.spec import MOBILE, ROOT, app, listed, recipes, requirements

LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ANDROID = {"python_version": "3.14", "python_full_version": "3.14.2", "sys_platform": "android", "extra": ""}
# Both are published as pure Python too, beside the faster ones for the usual systems.
ALSO_PURE = {"charset-normalizer", "fonttools"}
# What the recipes of kivy and pyjnius add by themselves, and nothing of ours imports.
PINNED_FOR_RECIPES = {"chardet", "six"}


def pure() -> dict[str, str]:
    return {name: version for name, version in requirements().items() if name.lower() not in recipes()}


def recipe_names_found() -> set[str]:
    return {name for name in requirements() if name.lower() in recipes()}


def test_tools_are_pinned_to_one_release() -> None:
    spec = app()
    assert spec["p4a.branch"] == "v2026.05.09"
    assert spec["p4a.bootstrap"] == "sdl2"
    assert spec["android.ndk"] == "28c"
    assert (int(spec["android.api"]), int(spec["android.minapi"])) == (34, 26)
    assert listed("android.archs") == ["arm64-v8a", "armeabi-v7a"]


def test_version_is_the_products() -> None:
    assert app()["version"] == PROJECT["version"]


def test_application_may_do_exactly_this() -> None:
    assert listed("android.permissions") == [
        "INTERNET",
        "ACCESS_NETWORK_STATE",
        "ACCESS_COARSE_LOCATION",
        "ACCESS_FINE_LOCATION",
        "FOREGROUND_SERVICE",
        "FOREGROUND_SERVICE_DATA_SYNC",
    ]


def test_nothing_is_backed_up_or_carried_to_another_device() -> None:
    assert app()["android.allow_backup"] == "False"
    rules = (MOBILE / "apk/xml/data_extraction_rules.xml").read_text("utf-8")
    domains = ["root", "file", "database", "sharedpref", "external"]
    assert re.findall(r'exclude domain="(\w+)" path="\."', rules) == domains * 2


def test_every_kind_of_file_is_taken() -> None:
    """A file ending is listed nowhere: Buildozer 1.6.0 reads an empty list as one empty ending."""
    assert [name for name in app() if name.startswith("source.")] == ["source.dir"]


def test_both_ways_of_holding_the_tablet_are_allowed() -> None:
    assert {"landscape", "portrait"} < set(listed("orientation"))
    assert app()["android.manifest.orientation"] == "fullUser"


def test_no_value_carries_a_comment() -> None:
    assert not [name for name, value in app().items() if " #" in value]


@pytest.mark.parametrize(
    "name",
    [
        "p4a.hook",
        "p4a.local_recipes",
        "android.add_src",
        "android.add_resources",
        "android.extra_manifest_application_arguments",
        "presplash.filename",
        "icon.filename",
        "icon.adaptive_foreground.filename",
        "icon.adaptive_background.filename",
    ],
)
def test_files_that_the_build_names_are_there(name: str) -> None:
    assert (MOBILE / app()[name].partition(":")[0]).exists()


def test_every_requirement_is_a_recipe_or_pure_python() -> None:
    assert {
        "kivy",
        "cryptography",
        "Pillow",
        "sqlite3",
        "openssl",
        "pyjnius",
        "android",
    } <= recipe_names_found()
    compiled = [
        name
        for name in pure()
        if name not in ALSO_PURE | PINNED_FOR_RECIPES
        and "Root-Is-Purelib: true" not in (distribution(name).read_text("WHEEL") or "")
    ]
    assert compiled == []


@pytest.mark.parametrize("name", ["kivy", "cryptography", "Pillow"])
def test_compiled_libraries_are_the_locked_version_too(name: str) -> None:
    assert f"\n{name.lower()}=={requirements()[name]} " in LOCK


def test_python_is_one_and_the_page_says_which() -> None:
    version = requirements()["python3"]
    assert requirements()["hostpython3"] == version == ANDROID["python_full_version"]
    assert f"(Python {version})" in (ROOT / "docs/android.md").read_text("utf-8")
    assert SpecifierSet(PROJECT["requires-python"]).contains(version)


def test_pure_python_is_the_locked_version() -> None:
    unlocked = [
        f"{name}=={version}"
        for name, version in pure().items()
        if name not in PINNED_FOR_RECIPES and f"\n{name}=={version} " not in LOCK
    ]
    assert unlocked == []
    assert "" not in pure().values()


def test_no_requirement_of_a_requirement_is_missing() -> None:
    named = {canonicalize_name(name) for name in requirements()} | recipes()
    missing = [
        f"{name} needs {needed.name}"
        for name in pure()
        if name not in PINNED_FOR_RECIPES
        for needed in map(Requirement, requires(name) or [])
        if (needed.marker is None or needed.marker.evaluate(ANDROID))
        and canonicalize_name(needed.name) not in named
    ]
    assert missing == []


def test_build_has_all_that_the_tablet_is_declared_to_need_in_a_version_that_fits() -> None:
    declared = [Requirement(text) for text in PROJECT["dependencies"]]
    declared += [Requirement(text) for text in PROJECT["optional-dependencies"]["mobile"]]
    built = {canonicalize_name(name): version for name, version in requirements().items()}
    for needed in declared:
        if needed.marker is None or needed.marker.evaluate(ANDROID):
            assert needed.specifier.contains(built[canonicalize_name(needed.name)]), needed
