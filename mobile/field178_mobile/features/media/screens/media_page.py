"""The log of media posts, and the form of one, each a page over the screen."""

from __future__ import annotations

from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.components.forms.screens import feedback_line, pinned_field, returned_card
from field178_mobile.components.forms.screens.checked_form import CheckedForm
from field178_mobile.components.forms.screens.info_rows import DatedLine
from field178_mobile.features.media.media import MediaPosts
from field178_mobile.features.media.media_log import MediaLogState, MonthCell, OutletCard
from field178_mobile.features.media.post_state import CONTROLS, PostState
from field178_mobile.kit import kit
from field178_mobile.kit.events import dispatches
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.repeat import Repeat
from field178_mobile.presentation.facts import DatedRow

_REQUIRED = (
    chips.OptionChips,
    feedback_line.FeedbackLine,
    pinned_field.PinnedField,
    returned_card.ReturnedCard,
)
_TEXTS = ("title", "url", "broadcast_log")


class MonthPill(kit.Pill):
    """One month of an outlet. show(cell)."""

    def show(self, cell: MonthCell) -> None:
        """Draw the month."""
        self.text, self.tone = cell.text, cell.tone


@dispatches("on_begin", "on_open")
class OutletBox(kit.Card):
    """One outlet. show(card); events on_begin, on_open(record id)."""

    key = StringProperty("")
    name = StringProperty("")
    channel = StringProperty("")
    owed = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._months: Repeat[MonthCell] = Repeat(self.ids.months, MonthPill)
        self._posts: Repeat[DatedRow] = Repeat(self.ids.posts, self._make_post)
        self._optional = Optional(self)

    def show(self, card: OutletCard) -> None:
        """Draw the outlet."""
        self.key, self.name, self.channel, self.owed = card.id, card.name, card.channel, card.owed
        self._months.show(card.months)
        self._posts.show(card.posts)
        self._optional.show(self.ids.owed, bool(card.owed))
        self._optional.show(self.ids.posts, bool(card.posts))

    def _make_post(self) -> DatedLine:
        line = DatedLine()
        line.bind(on_release=lambda line: self.dispatch("on_open", line.key))
        return line


class MediaLogPane(BoxLayout):
    """All outlets. show(state); posts (the presenter)."""

    posts = ObjectProperty(None)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._outlets: Repeat[OutletCard] = Repeat(self.ids.outlets, self._make_outlet)
        self._optional = Optional(self)

    def show(self, state: MediaLogState) -> None:
        """Draw the log."""
        self._outlets.show(state.outlets)
        self._optional.show(self.ids.empty, not state.outlets)
        self._optional.show(self.ids.scroll, bool(state.outlets))

    def _make_outlet(self) -> OutletBox:
        box = OutletBox()
        box.bind(on_begin=lambda box: self.posts.begin(box.key))
        box.bind(on_open=lambda _box, key: self.posts.open(key))
        return box


@dispatches("on_discard")
class PostFields(CheckedForm):
    """show(state) draws the post; `form` is its presenter; event on_discard."""

    places = CONTROLS
    first = "title"
    form = ObjectProperty(None, allownone=True)

    def show(self, state: PostState) -> None:
        """Draw the post; a new focus is brought into view."""
        ids = self.ids
        ids.returned.text = state.returned
        self.optional.show(ids.returned, bool(state.returned))
        for name in _TEXTS:
            ids[name].show(state.fields[name])
        for name, path in (("times", "broadcast_times"), ("minutes", "duration_minutes")):
            shown = state.fields[path]
            ids[name].value, ids[name].error = -1 if shown.number is None else shown.number, shown.problem
        ids.day.value, ids.day.error = state.published_on, state.problems.get("published_on", "")
        ids.genres.show(state.genres)
        ids.genre_problem.text = state.problems.get("genre_id", "") or state.problems.get("outlet_id", "")
        ids.topics.show(state.topics)
        self.optional.show(ids.withdraw, not state.is_new)
        self.optional.show(ids.discard, state.has_draft)
        self.show_checked(state.checked)
        self.follow(state.focus)

    def ask_discard(self) -> None:
        """Delete the draft after a confirmation."""
        kit.confirm(
            _("Discard this draft?"),
            _("What was entered of this item is deleted from the device. What was saved stays."),
            _("Discard"),
            _("Keep"),
            lambda: self.dispatch("on_discard"),
            "danger",
        )

    def ask_withdraw(self) -> None:
        """Withdraw the filed post after a confirmation."""
        kit.confirm(
            _("Withdraw this item?"),
            _("It counts no longer, here and at the office. The office still sees that it was there."),
            _("Withdraw"),
            _("Keep"),
            self.form.withdraw,
            "danger",
        )


class PostPane(BoxLayout):
    """The form of one post. posts (the presenter); show(state)."""

    posts = ObjectProperty(None)
    form = ObjectProperty(None, allownone=True)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._foot = Optional(self.ids.undo.parent)

    def show(self, state: PostState) -> None:
        """Draw the form."""
        self.form = self.ids.fields.form = self.posts.form
        self.ids.status.show(state.feedback, state.checked)
        self._foot.show(self.ids.undo, bool(state.feedback.undo))
        self.ids.fields.show(state)


class PostPage(kit.FullPage):
    """The form of a post over the screen. PostPage(posts).open(); show(state)."""

    def __init__(self, posts: MediaPosts, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._posts = posts
        self.pane = PostPane(posts=posts)
        self.add_widget(self.pane)

    def show(self, state: PostState) -> None:
        """Draw the post."""
        self.title = state.outlet
        self.sub = " · ".join(part for part in (_("Media post"), state.word_label) if part)
        self.pane.show(state)

    def on_back(self) -> None:
        """Leave the form; its draft stays."""
        self._posts.close()


class MediaPages:
    """The pages of the media posts: the log, and over it the form of the post that is open."""

    def __init__(self) -> None:
        self.posts: MediaPosts | None = None
        self._log: kit.FullPage | None = None
        self._pane: MediaLogPane | None = None
        self._post: PostPage | None = None

    def open(self) -> None:
        """Show the log."""
        self._pane = MediaLogPane(posts=self.posts)
        self._log = kit.FullPage(title=_("Media posts"))
        self._log.add_widget(self._pane)
        self._log.bind(on_dismiss=lambda _page: self._forget_log())
        if self.posts is not None:
            self.posts.log.show()
        self._log.open()

    def show_log(self, state: MediaLogState) -> None:
        """Draw the log if it is open."""
        if self._pane is not None:
            self._pane.show(state)

    def show_post(self, state: PostState | None) -> None:
        """Draw the open post, or close its page; a toast confirms filing."""
        if state is None:
            if self._post is not None:
                self._post.dismiss()
        elif state.feedback.filed:
            kit.toast(state.feedback.filed)
        elif self.posts is not None:
            if self._post is None:
                self._post = PostPage(self.posts)
                self._post.bind(on_dismiss=lambda _page: self._leave_post())
                self._post.open()
            self._post.show(state)

    def _leave_post(self) -> None:
        self._post = None
        if self.posts is not None:
            self.posts.close()

    def _forget_log(self) -> None:
        self._log = self._pane = None


load_beside(__file__)
