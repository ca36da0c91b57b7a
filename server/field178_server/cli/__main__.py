"""Entry point of `python -m field178_server.cli`: the command `field178`."""

from __future__ import annotations

from field178_server.cli import run

run()
