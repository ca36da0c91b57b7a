"""Presenter of a form whose draft is checked by the rules of its record type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from field178_mobile.components.forms.draft_presenter import DraftPresenter
from field178_mobile.presentation.checks import Checked, ProblemRow, problem_text
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, StateWord, Store
from field178_shared import rules
from field178_shared.merge import equal, read_path
from field178_shared.time.clock import Clock


class FormPresenter(DraftPresenter):
    """Presenter of a draft shown as one form.

    A subclass adds the parts of its record type: the submitted data, further rules, the names of paths.
    """

    def __init__(self, store: Store, clock: Clock, words: Wording, draft: Draft, word: str = "") -> None:
        super().__init__(store, clock, words, draft)
        self._focus = ""
        self._word = word

    @property
    def has_draft(self) -> bool:
        """Whether the store has the draft: it can be resumed or discarded."""
        return self._word == StateWord.DRAFT

    def show(self, focus_path: str = "") -> None:
        """Show the form; scroll to the field of a path if one is given."""
        self._focus = focus_path
        self._draw()

    def check(self) -> None:
        """Check the draft and show the problems, the first one in sight."""
        self._checked = self._find_problems()
        self.show(self._checked.problems[0].path if self._checked.problems else "")

    def _saved(self) -> None:
        self._word = StateWord.DRAFT
        super()._saved()

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
