"""Run with the staged folder as its only argument: the tablet as it starts on Android, less Android.

Compiled without sources (-OO), with nothing to import but the staged folder, what buildozer.spec requires and
the standard library as far as python-for-android builds it. Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import pkgutil
import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from pathlib import Path

STAGED = Path(sys.argv[1])
ALLOWED = set(sys.argv[2].split(","))
SITE = sys.argv[3]
# Left out by the recipe of Python, by its list of unwanted files, or for want of a library.
NOT_BUILT = {
    "_bz2",
    "_curses",
    "_dbm",
    "_gdbm",
    "_lzma",
    "_tkinter",
    "curses",
    "ensurepip",
    "grp",
    "idlelib",
} | {"lib2to3", "pydoc_data", "readline", "resource", "test", "tkinter", "turtledemo", "wsgiref"}
OWN = {"field178_mobile", "field178_shared"}
KNOWN = (set(sys.stdlib_module_names) | OWN | ALLOWED) - NOT_BUILT


class Border:
    """A finder of modules that refuses those an Android build lacks."""

    def __init__(self) -> None:
        self.refused: set[str] = set()

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Refuse a module that the build lacks; return None for all others, which the usual finders load."""
        top = name.partition(".")[0]
        if top not in KNOWN:
            self.refused.add(top)
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def modules() -> list[str]:
    """Return every module of the staged packages, imported."""
    names = []
    for package in sorted(OWN):
        names.append(package)
        modules = pkgutil.walk_packages(import_module(package).__path__, f"{package}.")
        names += [module.name for module in modules if not module.name.endswith("__main__")]
    for name in names:
        import_module(name)
    return names


def use_data() -> dict[str, int]:
    """Open what the tablet opens, each in the way it does."""
    from field178_mobile.store.database.migrate import migrations
    from field178_shared import codelists
    from field178_shared.documents import blocks, pdf_drawing
    from field178_shared.text import i18n

    lists = codelists.load()
    head = blocks.Letterhead(("UBND xã An Lão", "Đoàn kiểm tra"), "Số 41/BB-KT", "", "Biên bản", "")
    seal = blocks.Seal("0197aaaa-0000-7000-8000-0000000000aa", 1, "0" * 32, "41")
    return {
        "lists": len(lists.agencies),
        "texts": len({i18n.translator(code, "tablet")("Close") for code in i18n.LANGUAGES}),
        "shared_texts": len([i18n.translator(code, "shared") for code in i18n.LANGUAGES]),
        "migrations": len(migrations()),
        "pdf": len(pdf_drawing.draw(head, [], seal, None)),
    }


def first_screen() -> str:
    """Start the application and return the name of the screen a bare tablet shows."""
    from field178_mobile.app import build_app

    app = build_app(os.environ)
    from kivy.base import EventLoop, runTouchApp

    app._run_prepare()
    runTouchApp(embedded=True)
    for _ in range(8):
        EventLoop.idle()
    shown = type(app.root.children[0]).__name__
    app.dispatch("on_stop")
    return shown


def main() -> None:
    """Print a JSON report of the first screen, the modules and the opened files."""
    opened: set[str] = set()

    def listen(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]).startswith(str(STAGED)):
            opened.add(Path(str(arguments[0])).suffix)

    sys.addaudithook(listen)
    border = Border()
    sys.meta_path.insert(0, border)  # type: ignore[arg-type]
    sys.path[:] = [str(STAGED), *(place for place in sys.path if "tests" not in place), SITE]
    shown = first_screen()
    names = modules()
    used = use_data()
    print(
        json.dumps(
            {
                "shown": shown,
                "modules": names,
                "refused": sorted(border.refused),
                "opened": sorted(opened - {"", ".pyc"}),
                "from": import_module("field178_mobile").__file__,
                "docstrings": main.__doc__,
                **used,
            }
        )
    )


if __name__ == "__main__":
    main()
