"""The tablets' interface under /api/v1, and /healthz: one blueprint a module, registered here."""

from __future__ import annotations

from flask import Flask

from field178_server.api import blobs, devices, health, openapi, record_schemas, sessions, sync, uploads


def init_api(app: Flask) -> None:
    """Register every blueprint of the interface."""
    for module in (
        *(health, devices, sessions, sync),
        *(uploads, blobs, record_schemas, openapi),
    ):
        app.register_blueprint(module.bp)
