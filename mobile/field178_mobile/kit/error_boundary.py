"""The edge of every tap: what the notebook refuses is said, and the app goes on."""

from __future__ import annotations

import logging

from kivy.base import ExceptionHandler, ExceptionManager

from field178_mobile.kit import kit
from field178_mobile.kit.language import language
from field178_shared.errors import AppError, message

_log = logging.getLogger("field178.ui")


class ErrorBoundary(ExceptionHandler):
    """Says an AppError that no screen has said, a full disk for one. A defect still ends the program."""

    def handle_exception(self, exception: Exception) -> int:
        """Tell Kivy whether to go on."""
        if not isinstance(exception, AppError):
            return int(ExceptionManager.RAISE)
        _log.warning("refused", extra={"code": exception.code})
        kit.toast(message(exception.code, language.code), icon="alert-circle", tone="bad")
        return int(ExceptionManager.PASS)
