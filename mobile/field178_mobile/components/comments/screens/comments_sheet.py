"""The threads at one place of the form, as a sheet: read them, answer them in words."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from field178_mobile.components.comments.comments import CommentsState, Message, RecordComments, ThreadState
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat

_REQUIRED = (kit.Field, kit.Btn, kit.Pill)


class MessageRow(kit.Column):
    """One comment or answer. show(message)."""

    text = StringProperty("")
    by = StringProperty("")
    is_answer = BooleanProperty(False)

    def show(self, message: Message) -> None:
        """Draw the message."""
        self.text, self.by, self.is_answer = message.text, message.by, message.is_answer


@dispatches("on_sent")
class ThreadCard(kit.Column):
    """Card of a thread. show(state); comments (the presenter); event on_sent after filing an answer."""

    comments = ObjectProperty(None)
    key = StringProperty("")
    field = StringProperty("")
    word = StringProperty("")
    is_open = BooleanProperty(False)
    is_answered = BooleanProperty(False)
    can_send = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._messages: Repeat[Message] = Repeat(self.ids.messages, MessageRow)
        self._optional = Optional(self)

    def show(self, state: ThreadState) -> None:
        """Draw the thread."""
        self.key, self.field, self.word = state.key, state.field, state.word
        self.is_open, self.can_send = state.is_open, bool(state.text.strip())
        self.is_answered = any(message.is_answer for message in state.messages)
        self._messages.show(state.messages)
        answer = self.ids.answer
        answer.max_length, answer.warning, answer.text = state.longest, state.lint, state.text
        self._optional.show(answer, state.is_open)
        self._optional.show(self.ids.send, state.is_open)

    def send(self) -> None:
        """File the answer."""
        self.ids.answer.commit()
        if self.comments.send(self.key):
            self.ids.answer.ids.entry.text = ""
            self.dispatch("on_sent")


def open_comments(begin: Callable[[Callable[[CommentsState], None]], RecordComments | None]) -> None:
    """Open the sheet of threads; `begin` receives its render function, and returns the presenter."""
    sheet = CommentsSheet()
    comments = begin(sheet.show)
    if comments is not None:
        sheet.begin(comments)


class CommentsSheet(kit.Sheet):
    """Threads of a returned record. show(state); begin(comments) opens it, its dismissal ends the drawing."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(title=_("Comments of the office"), **kwargs)
        self._comments: RecordComments | None = None
        self._body = CommentsBody()
        self.add_widget(self._body)
        self._cards: Repeat[ThreadState] = Repeat(self._body.ids.threads, self._make_card)

    def begin(self, comments: RecordComments) -> None:
        """Open the sheet."""
        self._comments = comments
        for card in self._body.ids.threads.children:
            card.comments = comments
        self.bind(on_dismiss=lambda _sheet: comments.close())
        self.open()

    def show(self, state: CommentsState) -> None:
        """Draw the threads."""
        self._body.problem = state.problem
        self._cards.show(state.threads)

    def _make_card(self) -> ThreadCard:
        card = ThreadCard(comments=self._comments)
        card.bind(on_sent=lambda _card: kit.toast(_("Answer saved; it is sent with the next exchange.")))
        return card


class CommentsBody(kit.Column):
    """The threads below each other, and why the last answer was not kept."""

    problem = StringProperty("")


load_beside(__file__)
