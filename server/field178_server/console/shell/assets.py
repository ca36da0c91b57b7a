"""Addresses of static files: the content's hash is in the address, so a browser may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import url_for

STATIC = Path(__file__).parents[1] / "static"
KEEP_FOR_EVER = "public, max-age=31536000, immutable"


def asset(name: str) -> str:
    """Return the address of one static file."""
    return url_for("console.static", filename=name, v=_version(name))


@cache
def _version(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
