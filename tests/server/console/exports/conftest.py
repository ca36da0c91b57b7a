"""The office of the made-up district, whose exports are asked for in browsers and written by its worker."""

from tests.server.console.indicators.conftest import district, reads_as

__all__ = ["district", "reads_as"]
