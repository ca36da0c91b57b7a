"""Results of other applications (camera, file picker) started by this one."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.platform.android.java import Java, activity, attempt

FIRST_CODE = 0x178
RESULT_OK = -1

# Success, and the result data: a camera that wrote into the given file returns no data.
Brought = Callable[[bool, Java | None], None]


class ActivityResults:
    """Starts activities for a result. Each request is answered exactly once."""

    def __init__(self) -> None:
        self._pending: dict[int, Brought] = {}
        self._next = FIRST_CODE
        self._is_bound = False

    def ask(self, intent: Java, brought: Brought) -> None:
        """Start the application for an intent; answer failure at once if there is none."""
        self._bind()
        code, self._next = self._next, self._next + 1
        self._pending[code] = brought
        if not attempt("ask", lambda: activity().startActivityForResult(intent, code)):
            self._answered(code, 0, None)

    def _bind(self) -> None:
        if not self._is_bound:
            from android import activity as events

            events.bind(on_activity_result=self._answered)
            self._is_bound = True

    def _answered(self, code: int, result: int, intent: Java | None) -> None:
        brought = self._pending.pop(code, None)
        if brought is not None:
            brought(result == RESULT_OK, intent)
