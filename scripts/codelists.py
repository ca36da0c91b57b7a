"""Packs the YAML code lists into the JSON files that the product loads: `build` writes, `check` compares."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path

import yaml

DATA = Path(__file__).resolve().parent.parent / "shared" / "field178_shared" / "codelists" / "data"
DEMO = "demo_dataset"
# The same rules in C, ten times as fast, where the library was built with it.
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def main(arguments: list[str]) -> int:
    """Run one command; `check` fails if a packaged file differs from the YAML."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["build", "check"])
    command = parser.parse_args(arguments).command
    stale = [path for path, text in packaged().items() if not _is_current(path, text)]
    for path in stale:
        if command == "build":
            path.write_text(packaged()[path], encoding="utf-8")
        print(f"{'wrote' if command == 'build' else 'stale'}: {path.name}")
    return 1 if command == "check" and stale else 0


def packaged() -> dict[Path, str]:
    """Return the expected content of each packaged file."""
    lists = {path.stem: _read(path) for path in sorted(DATA.glob("*.yaml"))}
    demo = lists.pop(DEMO)
    return {
        DATA / "codelists.json": _one_line_each(lists),
        DATA / f"{DEMO}.json": _compact(demo) + "\n",
    }


def _read(path: Path) -> object:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)


def _one_line_each(lists: dict[str, object]) -> str:
    lines = [f"{_compact(name)}:{_compact(lists[name])}" for name in sorted(lists)]
    return "{" + ",\n".join(lines) + "}\n"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_day)


def _day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"not a value of a list: {value!r}")


def _is_current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
