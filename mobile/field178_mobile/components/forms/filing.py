"""Questions before a draft is filed: problems to correct, warnings to confirm, a wrong clock."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from field178_mobile.components.forms.draft_presenter import DraftPresenter
from field178_mobile.presentation.checks import Checked, FilingWarning
from field178_mobile.presentation.device_clock import clock_text, misleading_offset
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, Store


class Filing:
    """Decides whether a checked draft may be filed; holds the question that comes first.

    `warnings`: warnings to correct or confirm. `clock_question`: the offset of the clock as text. Both are
    empty if they were not asked.
    """

    def __init__(self, store: Store, words: Wording) -> None:
        self._store, self._words = store, words
        self._led_to = ""
        self.warnings: tuple[FilingWarning, ...] = ()
        self.clock_question = ""

    def may_file(
        self,
        draft: Draft,
        checked: Checked,
        read_warnings: Callable[[], tuple[FilingWarning, ...]],
        *,
        with_warnings: bool,
        with_clock_off: bool,
    ) -> bool:
        """Return whether the draft may be filed now, by its check and by what the officer has confirmed.

        Warnings are asked about before a wrong clock. `read_warnings` returns them with their corrections; a
        draft with problems is not read for them.
        """
        self.warnings, self.clock_question, self._led_to = (), "", ""
        if checked.problems:
            return False
        if checked.warnings and not with_warnings:
            self.warnings = read_warnings()
            return False
        offset_ms = misleading_offset(self._store, draft)
        if offset_ms and not with_clock_off:
            self.clock_question = clock_text(offset_ms, self._words)
        return not self.clock_question

    def next_problem(self, checked: Checked) -> str:
        """Return the path of the next problem, the first one after the last."""
        self._led_to = checked.following(self._led_to)
        return self._led_to


class FilingPresenter(DraftPresenter):
    """Presenter of a draft whose filing asks questions first; a subclass sets `filing`."""

    filing: Filing

    @abstractmethod
    def jump(self, path: str) -> None:
        """Bring the field of a path into sight."""

    @abstractmethod
    def _read_warnings(self) -> tuple[FilingWarning, ...]:
        """Return the warnings of the last check with their corrections."""

    @abstractmethod
    def _file(self) -> None:
        """Submit the draft."""

    def complete(self, *, with_warnings: bool = False, with_clock_off: bool = False) -> None:
        """File the draft, or show its problems or the question that `filing` asks before.

        `with_warnings` and `with_clock_off` are the officer's confirmations.
        """
        if self.is_locked:
            return
        self._checked = self._find_problems()
        if self.filing.may_file(
            self._session.draft,
            self._checked,
            self._read_warnings,
            with_warnings=with_warnings,
            with_clock_off=with_clock_off,
        ):
            self._file()
        if self._checked.problems:
            self.next_problem()
        else:
            self._draw()

    def next_problem(self) -> None:
        """Bring the field of the next problem into sight, the first one after the last."""
        if self._checked.problems:
            self.jump(self.filing.next_problem(self._checked))
