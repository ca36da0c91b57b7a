"""The open form of an entry that states one fact: every tap is durable, one fact is one record."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from field178_mobile.components.forms.simple_fields import TYPED_KINDS, Pins, write
from field178_mobile.presentation import feedback
from field178_mobile.presentation.checks import Checked, ProblemRow, problem_text
from field178_mobile.presentation.draft_session import Changes, Data, DraftSession
from field178_mobile.presentation.feedback import Feedback
from field178_mobile.presentation.filed_texts import trimmed
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, StateWord, Store
from field178_shared import rules
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.ids import IdSource
from field178_shared.merge import equal, read_path
from field178_shared.rules.commune import FACT_MEMBERS, commune_entry_id, fact_of
from field178_shared.schemas.fields.catalogue import FIELDS
from field178_shared.time.clock import Clock


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """What the form is opened with. `facts`: what the other entries of its place state.

    `marked`: what is said at values that were not taken, by path. `known_names` belong into its texts.
    `returned`: what the office wrote when it returned the entry, a line each.
    """

    draft: Draft
    user: str
    facts: frozenset[str] = frozenset()
    word: str = ""
    marked: Mapping[str, str] = field(default_factory=dict)
    known_names: tuple[str, ...] = ()
    establishment_type: str | None = None
    returned: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        """Tell whether the entry was never filed."""
        return self.draft.seen is None


class FactForm(ABC):
    """Works on one draft of an entry; `closed` hears that it was filed or withdrawn.

    The data of an entry have no clock of the tablet in them: two who enter the same fact write the same
    record, and nobody has to decide between them.
    """

    def __init__(
        self,
        store: Store,
        around: tuple[Clock, IdSource, Wording],
        opened: OpenEntry,
        closed: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock, self._ids, self._words = around
        self._opened = opened
        self._closed = closed
        self._type = opened.draft.type
        self._session = DraftSession(store.drafts, self._clock, opened.draft, self._refused)
        self._checked = Checked()
        self._feedback = Feedback()
        self._focus = ""
        self._word = opened.word
        self._marks = rules.FreeTextMarks(self._type, self._words.language)

    @abstractmethod
    def _draw(self) -> None:
        """Draw the form as it is now."""

    @property
    def data(self) -> Data:
        """The fields as they are now."""
        return self._session.data

    @property
    def draft_id(self) -> str:
        """The id of the draft under work."""
        return self._session.draft.id

    @property
    def record_id(self) -> str:
        """The id of the entry under work."""
        return self._session.draft.record_id

    @property
    def is_kept(self) -> bool:
        """Tell whether there is a draft that could be taken up again or thrown away."""
        return self._word == StateWord.DRAFT

    def show(self, focus_path: str = "") -> None:
        """Show the form, with the field of a path in sight when one is given."""
        self._focus = focus_path
        self._draw()

    def write(self, path: str, value: str | int) -> None:
        """Keep a plain value; a text as typed so far is no step."""
        is_typed = FIELDS[self._type][path].kind in TYPED_KINDS
        self._change(write(self._type, path, value), "" if is_typed else self._words.field(self._type, path))

    def choose_day(self, path: str, iso: str) -> None:
        """Record a day; a cleared field keeps the old one."""
        if iso:
            self._change({path: iso}, self._words.field(self._type, path))

    def undo(self) -> None:
        """Take the last tap back."""
        if self._session.kept(self._session.undo):
            self._saved()

    def check(self) -> None:
        """Check the entry and show the problems."""
        self._checked = self._find_problems()
        self.show(self._checked.problems[0].path if self._checked.problems else "")

    def complete(self) -> None:
        """File the entry if nothing keeps it; only a durable filing says so."""
        self.check()
        if self._checked.problems:
            return
        draft = replace(self._session.draft, data=trimmed(self._session.data))
        if self._opened.is_new:
            draft = replace(draft, record_id=self._id_of(draft.data))
        self._file(lambda: self._store.file(draft, self._opened.user))

    def withdraw(self) -> None:
        """Withdraw an entry that was filed: it counts no longer, here and in the figures."""
        if not self._opened.is_new:
            self._file(self._withdraw)

    def _withdraw(self) -> None:
        self._store.delete(self.record_id, self._opened.user)
        self._store.drafts.discard(self.draft_id)

    def _file(self, work: Callable[[], object]) -> None:
        try:
            work()
        except AppError as error:
            said = message(error.code, self._words.language)
            self._feedback = replace(self._feedback, error=said)
            self.show()
            return
        self._feedback = feedback.filed(self._clock.now(), self._words)
        self.show()
        self._closed()

    def _id_of(self, data: Data) -> str:
        """Return the id of a new entry: that of its fact, or a new one where that is taken.

        It is taken by an entry that was corrected to another fact since, or was withdrawn.
        """
        made = commune_entry_id(self._type, data)
        return self._ids.time_ordered() if self._store.view(made) is not None else made

    def _change(self, changes: Changes, label: str) -> None:
        if self._feedback.filed:
            return
        if self._session.kept(lambda: self._session.change(changes, label)):
            self._saved()

    def _refused(self, error: AppError) -> None:
        self._feedback = feedback.refused(error.code, self._words)
        self._draw()

    def _saved(self) -> None:
        self._word = StateWord.DRAFT
        self._feedback = feedback.saved(self._session, self._words)
        if self._checked.is_asked:
            self._checked = self._find_problems()
        self._draw()

    def _find_problems(self) -> Checked:
        lists, data = self._words.lists, trimmed(self._session.data)
        context = rules.Context(self._clock.now(), self._opened.establishment_type)
        problems = [*rules.submission_problems(self._type, data, lists, context)]
        if fact_of(self._type, data) in self._opened.facts:
            problems.append(rules.Problem(FACT_MEMBERS[self._type][-1], ErrorCode.ENTERED_TWICE))
        warnings = rules.warnings(self._type, data, lists, context)
        return Checked(tuple(map(self._row, problems)), tuple(map(self._row, warnings)), is_asked=True)

    def _row(self, problem: rules.Problem) -> ProblemRow:
        where = self._words.field(self._type, problem.path)
        return ProblemRow(problem.path, where, problem_text(problem, self._words))

    def _pins(self) -> Pins:
        """Return what is said at the fields: problems, refusals of unchanged values, privacy marks."""
        seen, data = self._opened.draft.seen or {}, self._session.data
        marked = {
            path: said
            for path, said in self._opened.marked.items()
            if equal(read_path(data, path), read_path(seen, path))
        }
        problems = {**marked, **{row.path: row.text for row in self._checked.problems}}
        return Pins(problems=problems, lint=self._marks.of(data, self._opened.known_names))
