"""The log of a process: a JSON object per line, with an event name and ids; no names, notes or values."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from field178_shared.time.clock import Clock, to_wire


class _Lossy:
    """A log stream that ignores write errors: a full disk of the log MUST NOT fail a request."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write a text; it is lost after an error."""
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        """Flush the stream; ignore errors."""
        with suppress(OSError):
            self._stream.flush()


def configure_log(stream: TextIO, clock: Clock, level: str) -> None:
    """Configure the log of this process: stream, clock and level."""
    structlog.configure(
        processors=[_stamp(clock), structlog.processors.add_log_level, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(_Lossy(stream)),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )


@contextmanager
def log_beside(stream: TextIO, clock: Clock) -> Iterator[None]:
    """Log warnings to a separate stream in the block: the output of a command is read by programs."""
    before = structlog.get_config()
    configure_log(stream, clock, "warning")
    try:
        yield
    finally:
        structlog.configure(**before)


def _stamp(clock: Clock) -> Processor:
    def add_time(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {"at": to_wire(clock.now()), **event}

    return add_time
