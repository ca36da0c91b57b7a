"""Comment threads of a returned record: comments at its fields, and answers.

A typed answer is a draft; a filed answer is a separate record and never changes the returned record
(docs/decisions/0007).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from field178_mobile.presentation.moments import moment_text
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, MergedRecord, Store
from field178_shared.errors import AppError, message
from field178_shared.ids import IdSource
from field178_shared.record_type import RecordType
from field178_shared.records.comment_threads import CommentAnswer, CommentThread
from field178_shared.records.reading import text_of
from field178_shared.rules import FreeTextMarks
from field178_shared.schemas.fields.catalogue import max_length
from field178_shared.time.clock import Clock, to_wire

Named = Callable[[str], str]


class _Services(Protocol):
    """Services for answering comments."""

    @property
    def store(self) -> Store:
        """The records and drafts of this tablet."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def ids(self) -> IdSource:
        """New ids."""
        ...

    @property
    def words(self) -> Wording:
        """The words of the officer's language."""
        ...

    @property
    def user(self) -> str:
        """The officer who answers."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """A comment of the office, or an answer; `by` names author, time and state of an answer."""

    text: str
    by: str
    is_answer: bool = False


@dataclass(frozen=True, slots=True)
class ThreadState:
    """State of a thread on the sheet; `text` is the typed answer, `lint` its privacy marks."""

    key: str
    field: str
    messages: tuple[Message, ...]
    word: str
    is_open: bool
    text: str = ""
    lint: str = ""
    longest: int = 0


@dataclass(frozen=True, slots=True)
class CommentsState:
    """Threads at one place of the form, and why the last answer was not stored."""

    threads: tuple[ThreadState, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ThreadSight:
    """View of the threads: which are shown, names of their fields, and the render function.

    `changed` is called when the texts at the fields have changed.
    """

    shows: Callable[[str], bool]
    named: Named
    render: Callable[[CommentsState], None]
    changed: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class AnsweredRecord:
    """The record whose comments are answered; `known_names` belong in it and are no personal data."""

    id: str
    known_names: tuple[str, ...] = ()


class RecordComments:
    """Threads of one record. `texts` is updated in place at every refresh."""

    def __init__(self, services: _Services, record: AnsweredRecord) -> None:
        self._store = services.store
        self._clock = services.clock
        self._ids = services.ids
        self._words = services.words
        self._user = services.user
        self._record = record
        self._marks = FreeTextMarks(RecordType.COMMENT_ANSWER, services.words.language)
        self._threads: tuple[CommentThread, ...] = ()
        self._texts: dict[str, str] = {}
        self._sight: ThreadSight | None = None
        self._problem = ""
        self.refresh()

    @property
    def texts(self) -> Mapping[str, str]:
        """Texts at the fields by path: comments, their answers, closed threads."""
        return self._texts

    def refresh(self) -> bool:
        """Reload the threads; return whether the texts at the fields have changed."""
        self._threads = self._store.comment_threads(self._record.id)
        texts = _texts_by_path(self._threads, self._words)
        is_other = texts != self._texts
        self._texts.clear()
        self._texts.update(texts)
        self._show()
        if is_other and self._sight is not None:
            self._sight.changed()
        return is_other

    def open(self, sight: ThreadSight) -> None:
        """Show the threads at one place of the form until `close`."""
        self._sight, self._problem = sight, ""
        self._show()

    def close(self) -> None:
        """Detach the view."""
        self._sight = None

    def write(self, key: str, text: str) -> None:
        """Store an answer as typed; an emptied answer has no draft."""
        thread = self._thread(key)
        if thread is not None:
            self._try_store(lambda: self._save_draft(thread, text))

    def send(self, key: str) -> bool:
        """File the typed answer; return whether it is stored for sending."""
        thread = self._thread(key)
        draft = None if thread is None else self._draft_of(thread)
        text = "" if draft is None else text_of(draft.data, "text").strip()
        if draft is None or not text:
            return False
        data = {**draft.data, "text": text, "at": to_wire(self._clock.now())}
        is_stored = self._try_store(lambda: self._store.file(replace(draft, data=data), self._user))
        self.refresh()
        return is_stored

    def _save_draft(self, thread: CommentThread, text: str) -> None:
        draft = self._draft_of(thread)
        if not text.strip():
            if draft is not None:
                self._store.drafts.discard(draft.id)
            return
        saved = draft or self._begun(thread)
        data = {**saved.data, "text": text[: max_length(RecordType.COMMENT_ANSWER, "text")]}
        self._store.drafts.save(replace(saved, data=data, saved_at=self._clock.now()))

    def _begun(self, thread: CommentThread) -> Draft:
        view = self._store.view(self._record.id)
        return Draft(
            id=thread.latest.key,
            type=RecordType.COMMENT_ANSWER,
            record_id=self._ids.time_ordered(),
            scope="" if view is None else view.scope,
            data={"record": self._record.id, "comment": thread.latest.key},
            seen=None,
            base_rev=0,
            user=self._user,
            saved_at=self._clock.now(),
        )

    def _draft_of(self, thread: CommentThread) -> Draft | None:
        return self._store.drafts.get(thread.latest.key)

    def _try_store(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except AppError as error:
            self._problem = message(error.code, self._words.language)
            self._show()
            return False
        self._problem = ""
        self._show()
        return True

    def _thread(self, key: str) -> CommentThread | None:
        return next((thread for thread in self._threads if thread.key == key and thread.is_open), None)

    def _show(self) -> None:
        if self._sight is None:
            return
        shown = (thread for thread in self._threads if self._sight.shows(thread.path))
        threads = tuple(self._state(thread, self._sight.named) for thread in shown)
        self._sight.render(CommentsState(threads, self._problem))

    def _state(self, thread: CommentThread, named: Named) -> ThreadState:
        draft = self._draft_of(thread) if thread.is_open else None
        text = "" if draft is None else text_of(draft.data, "text")
        return ThreadState(
            key=thread.key,
            field=named(thread.path),
            messages=tuple(self._messages(thread)),
            word=_word(thread, self._words),
            is_open=thread.is_open,
            text=text,
            lint=self._marks.of({"text": text}, self._record.known_names).get("text", ""),
            longest=max_length(RecordType.COMMENT_ANSWER, "text"),
        )

    def _messages(self, thread: CommentThread) -> Iterator[Message]:
        for comment in thread.comments:
            person = self._store.view(comment.user) if comment.user else None
            name = text_of(person.data, "display_name") if person else ""
            when = moment_text(comment.at, self._clock.now()) if comment.at else ""
            yield Message(comment.text, _line(name, when))
            for answer in thread.answers_to(comment):
                yield self._answer(answer)

    def _answer(self, answer: CommentAnswer) -> Message:
        view = self._store.view(answer.id)
        when = moment_text(answer.at, self._clock.now()) if answer.at else ""
        by = _line(self._words.translate("Answer of the team"), when, _progress(view, self._words))
        return Message(answer.text, by, is_answer=True)


def _texts_by_path(threads: tuple[CommentThread, ...], words: Wording) -> dict[str, str]:
    """Return the texts at each path, open threads first."""
    texts_by_path: dict[str, list[str]] = {}
    for thread in sorted(threads, key=lambda item: not item.is_open):
        texts_by_path.setdefault(thread.path, []).append(_text(thread, words))
    return {path: "\n".join(texts) for path, texts in texts_by_path.items()}


def _text(thread: CommentThread, words: Wording) -> str:
    latest = thread.latest
    if not thread.is_open:
        return words.say("Closed: {text}", text=latest.text)
    answers = [words.say("Answered: {text}", text=answer.text) for answer in thread.answers_to(latest)]
    return "\n".join([latest.text, *answers])


def _word(thread: CommentThread, words: Wording) -> str:
    if not thread.is_open:
        return words.translate("Closed by the office")
    return words.translate("Answered") if thread.is_answered else words.translate("Waiting for an answer")


def _progress(view: MergedRecord | None, words: Wording) -> str:
    if view is None:
        return ""
    if view.attention:
        return words.translate("not accepted")
    return words.translate("not sent yet") if view.pending else words.translate("received")


def _line(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
