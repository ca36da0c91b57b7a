"""The inbox: returned records with comments pinned to fields, conflicts, refusals, messages of the office."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from field178_mobile.features.inbox.inbox_state import InboxRow, InboxState, OpenItem, PinnedNote
from field178_mobile.features.inbox.inbox_words import (
    ANSWERED,
    KINDS,
    NEW,
    SCREENS,
    field_name,
    icon_of,
    remedy_of,
    text_of_reason,
)
from field178_mobile.presentation.moments import moment_text
from field178_mobile.presentation.read_notices import DEMO_NOTICE, unread
from field178_mobile.presentation.value_words import DELETED, value_text
from field178_mobile.presentation.wording import Wording, record_title
from field178_mobile.store import Store
from field178_mobile.store.model import InboxItem, InboxKind, MergedRecord, RefusedValue, ReviewerComment
from field178_shared.errors import ErrorCode, message
from field178_shared.merge import read_path
from field178_shared.time.clock import Clock


@dataclass(frozen=True, slots=True)
class InboxActions:
    """Where the inbox leads: to a record at a field, and to the settling of a disagreement.

    `read` keeps that a notice was opened, out of those that are shown; `read_notices` returns those opened.
    """

    go: Callable[[str, str, str], None]
    settle: Callable[[str, Collection[RefusedValue], Mapping[str, object]], None]
    read: Callable[[str, Collection[str]], None] = lambda _notice, _shown: None
    read_notices: Callable[[], Collection[str]] = frozenset


class InboxPresenter:
    """List the items of the inbox and open one; a conflict is resolved value by value."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        words: Wording,
        actions: InboxActions,
        render: Callable[[InboxState], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._words = words
        self._actions = actions
        self._render = render
        self._open = ""
        self._shown: tuple[RefusedValue, ...] = ()
        self._mine: frozenset[int] = frozenset()

    def refresh(self) -> None:
        """Reload and draw; close an item that no longer exists, and drop choices between changed values."""
        items = _keyed(self._store.inbox())
        if self._open not in items:
            self._open = ""
        new = unread(items.values(), self._actions.read_notices())
        opened = items.get(self._open)
        shown = opened.refused_values if opened else ()
        if shown != self._shown:
            self._shown, self._mine = shown, frozenset()
        self._render(
            InboxState(
                rows=tuple(self._row(key, item, is_new=item in new) for key, item in items.items()),
                item=self._item(self._open, opened) if opened else None,
                summary=self._summary(sum(item.needs_answer for item in items.values()), len(new)),
            )
        )

    def open(self, key: str) -> None:
        """Open one item; this marks a notice as read."""
        self._open, self._mine = key, frozenset()
        items = _keyed(self._store.inbox())
        if key in items and items[key].notice_id:
            shown = frozenset(item.notice_id for item in items.values())
            self._actions.read(items[key].notice_id, shown)
        self.refresh()

    def close(self) -> None:
        """Go back to the list."""
        self.open("")

    def go_to(self, path: str = "") -> None:
        """Open the record of the open item at a field."""
        item = _keyed(self._store.inbox()).get(self._open)
        if item is not None and item.type in SCREENS:
            self._actions.go(SCREENS[item.type], item.record_id, path)

    def choose(self, place: int, is_mine: bool) -> None:
        """Choose the refused or the present value of a field."""
        path = self._shown[place].path
        others = {other for other in self._mine if self._shown[other].path != path}
        self._mine = frozenset(others | {place} if is_mine else others)
        self.refresh()

    def settle(self) -> None:
        """File the choice: chosen own values, all others unchanged."""
        item = _keyed(self._store.inbox()).get(self._open)
        if item is not None and item.refused_values and item.refused_values == self._shown:
            mine = {self._shown[place].path: self._shown[place].mine for place in self._mine}
            self._actions.settle(item.record_id, self._shown, mine)

    def _row(self, key: str, item: InboxItem, *, is_new: bool) -> InboxRow:
        icon, tone = icon_of(item)
        detail = self._handed(
            item, item.comments[0].text if item.comments else text_of_reason(item, self._words)
        )
        word = self._words.say(NEW) if is_new else self._kind(item)
        return InboxRow(key, self._title(item), detail, icon, tone, self._moment(item), word, is_new)

    def _item(self, key: str, item: InboxItem) -> OpenItem:
        icon, tone = icon_of(item)
        view = self._store.view(item.record_id) if item.record_id else None
        return OpenItem(
            key=key,
            title=self._title(item),
            kind=self._kind(item),
            icon=icon,
            tone=tone,
            text=self._handed(item, text_of_reason(item, self._words)),
            remedy=remedy_of(item, self._words),
            notes=tuple(self._notes(item, view)),
            record_id=item.record_id,
            screen=SCREENS.get(item.type, "") if view else "",
            can_settle=bool(item.refused_values),
            moment=self._sent_at(item),
        )

    def _notes(self, item: InboxItem, view: MergedRecord | None) -> Iterable[PinnedNote]:
        data = view.data if view else {}

        def named(path: str) -> str:
            return field_name(path, item.type, data, self._words)

        for comment in item.comments:
            comment_text = (
                comment.text if comment.is_open else self._words.say("Closed: {text}", text=comment.text)
            )
            yield PinnedNote(comment.path, named(comment.path), comment_text, self._by(comment))
        for place, value in enumerate(item.refused_values):
            standing = value.current if view is None else _standing(view, value.path)
            yield self._choice(place, value, (item.type, named(value.path)), standing)
        for path, codes in item.details:
            text = " ".join(message(code, self._words.language) for code in codes.split(","))
            yield PinnedNote(path, named(path), text)

    def _choice(
        self, place: int, value: RefusedValue, field: tuple[str, str], standing: object
    ) -> PinnedNote:
        record_type, name = field
        mine = value_text(record_type, value.path, value.mine, self._words)
        current = value_text(record_type, value.path, standing, self._words)
        return PinnedNote(
            path=value.path,
            field=name,
            text="",
            mine=self._words.say("Not taken: {value}", value=mine),
            current=self._words.say("There now: {value}", value=current),
            is_mine=place in self._mine,
            place=place,
            # A resolution cannot undo a closed review or a deletion.
            can_take=value.reason != ErrorCode.LOCKED and value.path != DELETED,
        )

    def _handed(self, item: InboxItem, detail: str) -> str:
        """Return the detail after the name of the officer who must answer, if there is one."""
        if not (name := self._name(item.handed_to)):
            return detail
        handed = self._words.say("Handed over to {name}", name=name)
        return f"{handed} · {detail}" if detail else handed

    def _name(self, user: str) -> str:
        person = self._store.view(user) if user else None
        return str(person.data.get("display_name", "")) if person else ""

    def _by(self, comment: ReviewerComment) -> str:
        name = self._name(comment.user)
        when = moment_text(comment.at, self._clock.now()) if comment.at else ""
        word = self._words.translate("Answered") if comment.is_answered else ""
        return " · ".join(part for part in (name, when, word) if part)

    def _title(self, item: InboxItem) -> str:
        kind = self._words.record(item.type) if item.type in SCREENS else self._kind(item)
        if item.kind is InboxKind.NOTICE:
            return self._words.say(KINDS[item.kind])
        return record_title(self._store, item.record_id, self._words) or item.title or kind

    def _kind(self, item: InboxItem) -> str:
        return self._words.say(ANSWERED if item.is_answered else KINDS[item.kind])

    def _moment(self, item: InboxItem) -> str:
        return moment_text(item.at, self._clock.now()) if item.at else ""

    def _sent_at(self, item: InboxItem) -> str:
        if item.at is None:
            return ""
        if item.kind is InboxKind.NOTICE:
            return self._words.say("From the office · {when}", when=self._moment(item))
        if not item.by:
            return ""
        if not (name := self._name(item.by)):
            return self._words.say("Returned by the office · {when}", when=self._moment(item))
        return self._words.say("Returned by {name} · {when}", name=name, when=self._moment(item))

    def _summary(self, count: int, new: int) -> str:
        sentences = [self._words.say("{count} to look at", count=count)] if count else []
        sentences += [self._words.say("Unread messages: {count}", count=new)] if new else []
        return " · ".join(sentences)


def _standing(view: MergedRecord, path: str) -> object:
    return view.deleted if path == DELETED else read_path(view.data, path)


def _keyed(items: Iterable[InboxItem]) -> dict[str, InboxItem]:
    """Return the items by a key that stays while they stay; the demo notice is the banner's."""
    keyed: dict[str, InboxItem] = {}
    for item in items:
        if item.kind is InboxKind.NOTICE and item.type == DEMO_NOTICE:
            continue
        key = f"{item.kind}:{item.record_id or item.notice_id or item.type}"
        while key in keyed:
            key += "+"
        keyed[key] = item
    return keyed
