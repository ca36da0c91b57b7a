"""Entry point `field178`: the commands, or an error message if the extra [server] is not installed."""

from __future__ import annotations

from field178_shared.extras import end_without


def main() -> None:
    """Run a command of the operator."""
    try:
        from field178_server.cli import run  # its libraries are those of the extra
    except ModuleNotFoundError as error:
        end_without("server", "field178", error)
    run()
