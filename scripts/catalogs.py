"""The translation catalogs: `extract` new texts, `compile` them, `check` that nothing is missing.

Vietnamese catalogs are written by people (append at the end); English texts are the message ids.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.catalog_files import DOMAINS, append_empty, compiled, read_catalog
from scripts.catalog_rules import problems
from scripts.catalog_sources import texts_in


def main(arguments: list[str]) -> int:
    """Run one command over the domains; `check` fails if there are problems."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["extract", "compile", "check"])
    command = {"extract": extract, "compile": compile_all, "check": check}[
        parser.parse_args(arguments).command
    ]
    lines = command()
    print("\n".join(lines) or "nothing to do")
    return 1 if command is check and lines else 0


def extract() -> list[str]:
    """Append the missing texts of the code to the Vietnamese catalog, untranslated."""
    lines = []
    for domain in DOMAINS:
        catalog = read_catalog(domain, "vi")
        fresh = [text for text in texts_in(domain) if text not in catalog.messages]
        append_empty(catalog.po, fresh)
        lines += [f"{domain}: to translate: {text!r}" for text in fresh]
    return lines


def compile_all() -> list[str]:
    """Write every compiled catalog whose content changed."""
    lines = []
    for domain in DOMAINS:
        vi = read_catalog(domain, "vi")
        lines += _write(vi.mo, compiled(vi))
    return lines


def check() -> list[str]:
    """Return all problems of the catalogs."""
    return [f"{domain}: {problem}" for domain in DOMAINS for problem in problems(domain, texts_in(domain))]


def _write(path: Path, content: bytes) -> list[str]:
    if path.exists() and path.read_bytes() == content:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return [f"wrote {path.name} ({path.parent.parent.name})"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
