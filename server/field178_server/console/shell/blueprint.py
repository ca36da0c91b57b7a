"""Blueprint of the console, folders of templates, and addresses of static files by content hash."""

from __future__ import annotations

import hashlib
from functools import cache, cached_property
from pathlib import Path

from flask import Blueprint, url_for
from jinja2 import BaseLoader, FileSystemLoader, PrefixLoader

CONSOLE = Path(__file__).parents[1]


class ConsoleBlueprint(Blueprint):
    """Blueprint in which the template `reviews/queue.html` is the file `reviews/templates/queue.html`."""

    @cached_property
    def jinja_loader(self) -> BaseLoader:
        """Return the loader of all capabilities' templates, by the name of the capability.

        It is kept: Flask asks for it at each template that it loads.
        """
        folders = sorted(CONSOLE.glob("*/templates"))
        return PrefixLoader({folder.parent.name: FileSystemLoader(folder) for folder in folders})


console = ConsoleBlueprint("console", __name__, static_folder=CONSOLE / "static", static_url_path="/static")
STATIC_ENDPOINT = f"{console.name}.static"

STATIC = Path(__file__).parents[1] / "static"
KEEP_FOR_EVER = "public, max-age=31536000, immutable"
# Cached by the browser of the signed-in officer; only for addresses with the version of the content.
KEEP_PRIVATELY = "private, max-age=31536000, immutable"


def asset(name: str) -> str:
    """Return the address of one static file."""
    return url_for(STATIC_ENDPOINT, filename=name, v=_version(name))


@cache
def _version(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
