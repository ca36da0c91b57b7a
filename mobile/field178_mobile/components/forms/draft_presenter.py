"""Presenter of one open draft: changes, undo, submission, and the feedback on each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

from field178_mobile.components.forms.simple_fields import TYPED_KINDS, write
from field178_mobile.presentation import feedback
from field178_mobile.presentation.checks import Checked
from field178_mobile.presentation.draft_session import Changes, Data, DraftSession
from field178_mobile.presentation.feedback import Feedback
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, Store
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.schemas.fields.catalogue import FIELDS
from field178_shared.time.clock import Clock


class DraftPresenter(ABC):
    """Presenter of one open draft: each change is durable before it is shown.

    A subclass draws its state (`_draw`) and checks its draft (`_find_problems`).
    """

    def __init__(self, store: Store, clock: Clock, words: Wording, draft: Draft) -> None:
        self._store, self._clock, self._words = store, clock, words
        self._type = draft.type
        self._session = DraftSession(store.drafts, clock, draft, self._refused)
        self._checked = Checked()
        self._feedback = Feedback()

    @abstractmethod
    def _draw(self) -> None:
        """Draw the present draft."""

    @abstractmethod
    def _find_problems(self) -> Checked:
        """Return the problems and warnings of the draft as it would be submitted now."""

    @property
    def data(self) -> Data:
        """The fields as they are now."""
        return self._session.data

    @property
    def draft_id(self) -> str:
        """The id of the draft."""
        return self._session.draft.id

    @property
    def record_id(self) -> str:
        """The id of the record that the draft creates or changes."""
        return self._session.draft.record_id

    @property
    def is_filed(self) -> bool:
        """Whether this draft was submitted."""
        return bool(self._feedback.filed)

    @property
    def is_locked(self) -> bool:
        """Whether the record can only be read."""
        return False

    def write(self, path: str, value: str | int) -> None:
        """Save the value of a field. A text that is being typed adds no step to undo."""
        is_typed = FIELDS[self._type][path].kind in TYPED_KINDS
        self._change(write(self._type, path, value), "" if is_typed else self._words.field(self._type, path))

    def undo(self) -> None:
        """Undo the last step."""
        if self._session.try_store(self._session.undo):
            self._saved()

    def _change(self, changes: Changes, label: str = "") -> None:
        """Save a change; `label` is the name of the undo step, "" makes none."""
        if self.is_filed:
            return  # a late keystroke or position MUST NOT create a draft of a submitted record
        if self.is_locked:
            self._feedback = feedback.refused(ErrorCode.LOCKED, self._words)
            self._draw()
        elif self._session.try_store(lambda: self._store_change(changes, label)):
            self._saved()

    def _store_change(self, changes: Changes, label: str) -> bool:
        """Save a change in the draft; return whether anything changed."""
        return self._session.change(changes, label)

    def _refused(self, error: AppError) -> None:
        self._feedback = feedback.refused(error.code, self._words)
        self._draw()

    def _saved(self) -> None:
        self._feedback = feedback.saved(self._session, self._words)
        if self._checked.is_asked:
            self._checked = self._find_problems()
        self._draw()

    def _submit(self, submit: Callable[[], object]) -> bool:
        """Submit the draft; return whether the store has it. Only then does the form report success."""
        try:
            submit()
        except AppError as error:
            self._feedback = replace(self._feedback, error=message(error.code, self._words.language))
            return False
        self._feedback = feedback.filed(self._clock.now(), self._words)
        return True
