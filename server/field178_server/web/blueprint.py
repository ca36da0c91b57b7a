"""The console's blueprint: every page of the office's desk hangs on it."""

from __future__ import annotations

from flask import Blueprint

web = Blueprint(
    "web", __name__, template_folder="templates", static_folder="static", static_url_path="/static"
)
