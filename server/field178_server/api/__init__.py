"""The tablets' interface under /api/v1, and /healthz: one blueprint a module, registered here."""

from __future__ import annotations

from flask import Flask

from field178_server.api import devices, health, openapi, schemas, sessions, sync


def init_api(app: Flask) -> None:
    """Register every blueprint of the interface."""
    for blueprint in (health.bp, devices.bp, sessions.bp, sync.bp, schemas.bp, openapi.bp):
        app.register_blueprint(blueprint)
