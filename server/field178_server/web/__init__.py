"""The console: the office's desk in a browser. Pages parse and answer; services write, queries read."""

from __future__ import annotations

from flask import Flask

from field178_server.web import (
    decisions,
    file_pages,
    gate,
    guard,
    own_tablet_pages,
    paper_pages,
    preferences,
    purge_pages,
    register_pages,
    rescue_pages,
    review_pages,
    tablet_pages,
)
from field178_server.web.attention import pages as attention_pages
from field178_server.web.blueprint import web

__all__ = [
    "attention_pages",
    "decisions",
    "file_pages",
    "gate",
    "init_web",
    "own_tablet_pages",
    "paper_pages",
    "preferences",
    "purge_pages",
    "register_pages",
    "rescue_pages",
    "review_pages",
    "tablet_pages",
]


def init_web(app: Flask) -> None:
    """Hang the console's pages on an application; a page that the policy does not name stops the start."""
    app.register_blueprint(web)
    guard.check_policy(app)
    guard.init_error_page(app)
