"""The open form of an entry that states one fact: every tap is durable, one fact is one record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from field178_mobile.components.forms.form_presenter import FormPresenter
from field178_mobile.components.forms.simple_fields import Pins
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.filed_texts import trimmed
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, Store
from field178_shared import rules
from field178_shared.errors import ErrorCode
from field178_shared.ids import IdSource
from field178_shared.rules.commune import FACT_MEMBERS, commune_entry_id, fact_of
from field178_shared.time.clock import Clock


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """Context of the form. `facts`: facts of the other entries of its place.

    `marked`: messages at refused values, by path. `known_names`: names allowed in its texts. `returned`:
    reasons of the office for returning the entry, one a line.
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
        """Return whether the entry was never filed."""
        return self.draft.seen is None


class FactForm(FormPresenter):
    """Presenter of an entry draft; `closed` is called when the entry was filed or withdrawn.

    The data of an entry contain no tablet times: two officers who enter the same fact write equal records,
    without a conflict.
    """

    def __init__(
        self,
        store: Store,
        around: tuple[Clock, IdSource, Wording],
        opened: OpenEntry,
        closed: Callable[[], None],
    ) -> None:
        clock, self._ids, words = around
        super().__init__(store, clock, words, opened.draft, opened.word)
        self._opened = opened
        self._closed = closed
        self._marks = rules.FreeTextMarks(self._type, self._words.language)

    def choose_day(self, path: str, iso: str) -> None:
        """Set a day; clearing the field keeps the old day."""
        if iso:
            self._change({path: iso}, self._words.field(self._type, path))

    def complete(self) -> None:
        """File the entry if it has no problems; only durable filing is reported as done."""
        self.check()
        if self._checked.problems:
            return
        draft = replace(self._session.draft, data=dict(self._submitted_data()))
        if self._opened.is_new:
            draft = replace(draft, record_id=self._id_of(draft.data))
        self._file(lambda: self._store.file(draft, self._opened.user))

    def withdraw(self) -> None:
        """Withdraw a filed entry: it no longer counts, here and in the figures."""
        if not self._opened.is_new:
            self._file(self._withdraw)

    def _withdraw(self) -> None:
        self._store.delete(self.record_id, self._opened.user)
        self._store.drafts.discard(self.draft_id)

    def _file(self, work: Callable[[], object]) -> None:
        is_filed = self._submit(work)
        self.show()
        if is_filed:
            self._closed()

    def _id_of(self, data: Data) -> str:
        """Return the id of a new entry: computed from its fact, or a random id if that is taken.

        The computed id is taken by an entry that was since corrected to another fact, or withdrawn.
        """
        made = commune_entry_id(self._type, data)
        return self._ids.time_ordered() if self._store.view(made) is not None else made

    def _submitted_data(self) -> Data:
        return trimmed(self._session.data)

    def _rule_context(self) -> rules.Context:
        return rules.Context(self._clock.now(), self._opened.establishment_type)

    def _further_problems(self, data: Data) -> Iterable[rules.Problem]:
        if fact_of(self._type, data) in self._opened.facts:
            yield rules.Problem(FACT_MEMBERS[self._type][-1], ErrorCode.ENTERED_TWICE)

    def _pins(self) -> Pins:
        """Return the messages at the fields: problems, refusals of unchanged values, privacy marks."""
        refused = self._refused_values(self._opened.marked)
        problems = {**refused, **{row.path: row.text for row in self._checked.problems}}
        return Pins(problems=problems, lint=self._marks.of(self.data, self._opened.known_names))
