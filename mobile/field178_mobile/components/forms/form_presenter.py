"""Form presenters: the base of all forms, and of those whose records the office reviews."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from field178_mobile.components.forms.simple_fields import TYPED_KINDS, write
from field178_mobile.presentation import feedback
from field178_mobile.presentation.checks import Checked, FilingWarning, ProblemRow, problem_text
from field178_mobile.presentation.device_clock import clock_text, misleading_offset
from field178_mobile.presentation.draft_session import Changes, Data, DraftSession
from field178_mobile.presentation.feedback import Feedback
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, StateWord, Store
from field178_shared import rules
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.merge import equal, read_path
from field178_shared.schemas.fields.catalogue import FIELDS
from field178_shared.time.clock import Clock


class FormPresenter(ABC):
    """Presenter of one open draft: each change is durable before the form shows it.

    A subclass draws its state (`_draw`) and adds the parts of its record type: the submitted data, further
    rules, the names of paths.
    """

    def __init__(self, store: Store, clock: Clock, words: Wording, draft: Draft, word: str = "") -> None:
        self._store, self._clock, self._words = store, clock, words
        self._type = draft.type
        self._session = DraftSession(store.drafts, clock, draft, self._refused)
        self._checked = Checked()
        self._feedback = Feedback()
        self._focus = ""
        self._word = word

    @abstractmethod
    def _draw(self) -> None:
        """Draw the present form."""

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
    def has_draft(self) -> bool:
        """Whether the store has the draft: it can be resumed or discarded."""
        return self._word == StateWord.DRAFT

    @property
    def is_filed(self) -> bool:
        """Whether this form was submitted."""
        return bool(self._feedback.filed)

    @property
    def is_locked(self) -> bool:
        """Whether the record can only be read."""
        return False

    def show(self, focus_path: str = "") -> None:
        """Show the form; scroll to the field of a path if one is given."""
        self._focus = focus_path
        self._draw()

    def write(self, path: str, value: str | int) -> None:
        """Save the value of a field. A text that is being typed adds no step to undo."""
        is_typed = FIELDS[self._type][path].kind in TYPED_KINDS
        self._change(write(self._type, path, value), "" if is_typed else self._words.field(self._type, path))

    def undo(self) -> None:
        """Undo the last step."""
        if self._session.try_store(self._session.undo):
            self._saved()

    def check(self) -> None:
        """Check the draft and show the problems, the first one in sight."""
        self._checked = self._find_problems()
        self.show(self._checked.problems[0].path if self._checked.problems else "")

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
        self._word = StateWord.DRAFT
        self._feedback = feedback.saved(self._session, self._words)
        if self._checked.is_asked:
            self._checked = self._find_problems()
        self._draw()

    def _submit(self, submit: Callable[[], object]) -> bool:
        """Submit the draft; return whether the store has it. Only then does the form report success."""
        try:
            submit()
        except AppError as error:
            refusal = message(error.code, self._words.language)
            self._feedback = replace(self._feedback, clock="", error=refusal)
            return False
        self._feedback = feedback.filed(self._clock.now(), self._words)
        return True

    def _find_problems(self) -> Checked:
        lists, data, context = self._words.lists, self._submitted_data(), self._rule_context()
        problems = (
            *rules.filing_problems(self._type, data, lists, context),
            *self._further_problems(data),
        )
        warnings = rules.warnings(self._type, data, lists, context)
        return Checked(tuple(map(self._row, problems)), tuple(map(self._row, warnings)), is_asked=True)

    def _submitted_data(self) -> Data:
        """Return the data as they would be submitted now."""
        return self.data

    def _rule_context(self) -> rules.Context:
        return rules.Context(now=self._clock.now())

    def _further_problems(self, data: Data) -> Iterable[rules.Problem]:
        """Return problems that the rules of the record type cannot see."""
        return ()

    def _row(self, problem: rules.Problem) -> ProblemRow:
        return ProblemRow(problem.path, self._where(problem.path), problem_text(problem, self._words))

    def _where(self, path: str) -> str:
        """Return the name of the field at a path."""
        return self._words.field(self._type, path)

    def _refused_values(self, messages: Mapping[str, str]) -> dict[str, str]:
        """Return the messages, by path, at values that the server refused and that are unchanged since."""
        seen, data = self._session.draft.seen or {}, self.data
        return {
            path: text
            for path, text in messages.items()
            if equal(read_path(data, path), read_path(seen, path))
        }


class ReviewedFormPresenter(FormPresenter):
    """Presenter of a draft that the office reviews: submitting asks about warnings and clock errors."""

    def __init__(self, store: Store, clock: Clock, words: Wording, draft: Draft, word: str = "") -> None:
        super().__init__(store, clock, words, draft, word)
        self._led_to = ""
        self._filing_warnings: tuple[FilingWarning, ...] = ()

    @abstractmethod
    def _submit_at(self, offset_ms: int) -> None:
        """Submit the record, with the offset of a clock known to be wrong (0: none)."""

    @property
    def clock_question(self) -> str:
        """The offset of the clock as text, while submitting waits for the answer; else ""."""
        return self._feedback.clock

    @property
    def filing_warnings(self) -> tuple[FilingWarning, ...]:
        """Return the warnings that block submitting until each is corrected or confirmed."""
        return self._filing_warnings

    def jump(self, path: str) -> None:
        """Scroll to the field at a path."""
        self.show(path)

    def next_problem(self) -> None:
        """Scroll to the field of the next problem, the first one after the last."""
        if self._checked.problems:
            self._led_to = self._checked.following(self._led_to)
            self.jump(self._led_to)

    def complete(self, *, with_warnings: bool = False, with_clock_off: bool = False) -> None:
        """Submit the record if it has no problems, else go to the first problem.

        Warnings are asked about first, then a wrong clock; `with_warnings` and `with_clock_off` are the
        confirmations.
        """
        if self.is_locked:
            return
        self._checked, self._filing_warnings = self._find_problems(), ()
        if self._checked.problems:
            self._led_to = ""
            self.next_problem()
        elif self._checked.warnings and not with_warnings:
            self._filing_warnings = self._open_warnings()
            self._draw()
        else:
            self._submit_by_clock(with_clock_off)

    def _open_warnings(self) -> tuple[FilingWarning, ...]:
        return tuple(map(FilingWarning, self._checked.warnings))

    def _submit_by_clock(self, with_clock_off: bool) -> None:
        offset_ms = misleading_offset(self._store, self._session.draft)
        if offset_ms and not with_clock_off:
            self._feedback = replace(self._feedback, clock=clock_text(offset_ms, self._words))
        else:
            self._submit_at(offset_ms)
        self._draw()
