"""Our recipes, with python-for-android's own classes stood in for: what they pin, run and change."""

from __future__ import annotations

import importlib.util
import sys
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from tests.mobile.android.spec import MOBILE, requirements

# The method as SDL 2.26 to 2.30 has it, in its bare bones.
JAVA = """
public boolean setComposingText(CharSequence text, int position) { updateText(); }
public boolean deleteSurroundingText(int beforeLength, int afterLength) {
    if (Build.VERSION.SDK_INT <= 29 /* Android 10.0 (Q) */) {
        press();
    }
    updateText();
}
void other() { if (Build.VERSION.SDK_INT <= 29 /* Android 10.0 (Q) */) { stay(); } updateText(); }
"""


class Base:
    """What the recipes inherit: only what they call."""

    version = ""

    def get_recipe_env(self, _arch: object) -> dict[str, str]:
        return {"CC": "/ndk/clang -target aarch64-linux-android26", "CFLAGS": "-a -b", "LDFLAGS": "-L x"}

    def get_build_dir(self, arch: str) -> str:
        return f"/build/{arch}"

    def prebuild_arch(self, _arch: object) -> None:
        return


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Stand in for python-for-android and the shell; return what is run."""
    done: list[tuple[object, ...]] = []
    members: dict[str, dict[str, object]] = {
        "sh": {"Command": lambda name: name},
        "pythonforandroid": {},
        "pythonforandroid.logger": {"shprint": lambda *words, **_env: done.append(words)},
        "pythonforandroid.recipe": {"Recipe": Base},
        "pythonforandroid.util": {"current_directory": lambda _folder: nullcontext()},
        "pythonforandroid.recipes": {},
        "pythonforandroid.recipes.sdl2": {"LibSDL2Recipe": Base},
        "pythonforandroid.recipes.Pillow": {"PillowRecipe": Base},
    }
    for name, content in members.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    return done


def load(name: str) -> ModuleType:
    path = MOBILE / "apk/recipes" / name / "__init__.py"
    spec = importlib.util.spec_from_file_location(f"apk_recipe_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.usefixtures("run")
def test_sqlite_is_free_of_the_wal_reset_fault_and_pinned_by_its_hash() -> None:
    recipe = load("sqlite3").recipe
    assert tuple(map(int, recipe.version.split("."))) >= (3, 51, 3)
    major, minor, patch = recipe.version.split(".")
    assert f"{major}{minor:0>2}{patch:0>2}00" in recipe.url
    assert len(bytes.fromhex(recipe.sha256sum)) == 32


def test_sqlite_is_one_library_for_the_target(run: list[tuple[object, ...]]) -> None:
    load("sqlite3").recipe.build_arch(SimpleNamespace(arch="arm64-v8a"))
    (command,) = run
    assert command[:3] == ("/ndk/clang", "-target", "aarch64-linux-android26")
    assert {"-a", "-b", "-L", "sqlite3.c", "-shared", "-Wl,-z,max-page-size=16384"} <= set(command)
    assert command[-2:] == ("-o", "libsqlite3.so")


@pytest.mark.usefixtures("run")
def test_sdl_presses_backspace_on_every_android_and_nothing_else_changes() -> None:
    press = load("sdl2").press_backspace_always
    once = press(JAVA)
    assert once == JAVA.replace(
        "if (Build.VERSION.SDK_INT <= 29 /* Android 10.0 (Q) */) {\n        press",
        "if (true /* on every version */) {\n        press",
    )
    assert press(once) == once


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    "moved",
    [
        JAVA.replace("deleteSurroundingText", "remove"),
        JAVA.replace("SDK_INT <= 29", "SDK_INT < 30"),
        JAVA * 2,
    ],
)
def test_sdl_that_was_changed_stops_the_build(moved: str) -> None:
    with pytest.raises(ValueError, match=r"SDLActivity\.java"):
        load("sdl2").press_backspace_always(moved)


@pytest.mark.usefixtures("run")
def test_sdl_is_changed_where_the_build_takes_its_java_from(tmp_path: Path) -> None:
    module = load("sdl2")
    path = tmp_path / module.ACTIVITY
    path.parent.mkdir(parents=True)
    path.write_text(JAVA, "utf-8")
    module.recipe.get_jni_dir = lambda: str(tmp_path)
    module.recipe.prebuild_arch(None)
    assert module.ALWAYS in path.read_text("utf-8")


@pytest.mark.usefixtures("run")
def test_pillow_is_patched_in_the_version_that_is_built() -> None:
    recipe = load("Pillow").recipe
    assert recipe.version == requirements()["Pillow"]
    (name,) = recipe.patches
    patch = (MOBILE / "apk/recipes/Pillow" / name).read_text("utf-8")
    assert patch.startswith(f"--- Pillow-{recipe.version}/setup.py\n")
