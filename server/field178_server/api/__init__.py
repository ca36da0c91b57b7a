"""Registration of the tablets' interface /api/v1, of /healthz, and of the data feeds /odata/v4."""

from __future__ import annotations

from flask import Flask

from field178_server.api import devices, health, openapi, record_schemas, sync, uploads
from field178_server.api.odata.service import init_odata


def init_api(app: Flask, threads: int) -> None:
    """Register every blueprint of the interface."""
    for blueprint in (
        health.bp,
        devices.bp,
        devices.auth,
        devices.keys,
        uploads.bp,
        uploads.blobs,
        record_schemas.bp,
        openapi.bp,
    ):
        app.register_blueprint(blueprint)
    sync.init_sync(app)
    init_odata(app, threads)
