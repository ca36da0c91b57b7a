"""Details below a checklist question: comment, violations with their frames, note."""

from __future__ import annotations

from kivy.properties import ObjectProperty, StringProperty

from field178_mobile.components.comments.screens import comment_note
from field178_mobile.components.photos.photo_gallery import Thumb
from field178_mobile.components.photos.screens.photo_flow import add_photo, open_photo
from field178_mobile.features.inspection.findings import ViolationOffer
from field178_mobile.features.inspection.screens.checklist.violation_row import ViolationRow
from field178_mobile.features.inspection.section_view import ItemState
from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.language import language as _
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.optional import Optional
from field178_mobile.kit.widgets.pictures.picture import Picture
from field178_mobile.kit.widgets.repeat import Repeat
from field178_mobile.presentation.wording import Option

MORE, MOST_PHRASES = "more", 4
_REQUIRED = (chips.OptionChips, comment_note.CommentNote, Picture)


class ItemBelow(kit.Column):
    """The controls below a question."""

    item = ObjectProperty(None)
    photos = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._thumbs: Repeat[Thumb] = Repeat(self.ids.thumbs, self._make_thumb)
        self._offers: Repeat[ViolationOffer] = Repeat(self.ids.offers, self._make_offer)
        self._optional = Optional(self)
        self._phrases: list[kit.Choice] = []

    def show(self, state: ItemState) -> None:
        """Draw comment, offers and note of an item."""
        self.ids.comment.text, self.ids.comment.at = state.comment, f"answers.{state.id}"
        self._offers.show(state.offers)
        self.ids.note.show(state)
        self._phrases = [kit.Choice(phrase, phrase) for phrase in state.phrases]
        phrases = [Option(phrase, phrase) for phrase in state.phrases[:MOST_PHRASES]]
        if len(phrases) < len(state.phrases):
            phrases.append(Option(MORE, _("Other sentences…")))
        self.ids.phrases.show(phrases)
        self._optional.show(self.ids.comment, bool(state.comment))
        self._optional.show(self.ids.offers, bool(state.offers))
        self.photos = state.photos
        self._thumbs.show(state.thumbs)
        self._optional.show(self.ids.thumbs, bool(state.thumbs))
        self._optional.show(self.ids.phrases, bool(phrases))

    def edit_note(self, text: str) -> None:
        """Store the note as typed."""
        self.item.visit.write_note(self.item.key, text)

    def add_phrase(self, phrase: str) -> None:
        """Append a stock phrase to the note, or open the list of further phrases."""
        if phrase == MORE:
            kit.ChoiceSheet(self._phrases, (), self._phrase_chosen, title=_("Sentences for the note")).open()
            return
        self.item.visit.add_to_note(self.item.key, phrase)

    def _phrase_chosen(self, phrases: tuple[str, ...]) -> None:
        self.add_phrase(phrases[0])

    def add_photo(self) -> None:
        """Add a photo of the item."""
        add_photo(self.item.visit.gallery, self.item.key)

    def _make_thumb(self) -> ThumbTile:
        tile = ThumbTile()
        tile.bind(on_release=lambda tile: open_photo(self.item.visit.gallery, tile.key))
        return tile

    def _make_offer(self) -> ViolationRow:
        row = ViolationRow()
        row.bind(on_release=lambda row: self.item.visit.toggle_violation(self.item.key, row.key))
        return row


class ThumbTile(kit.Press):
    """One photo of the item, small; a press opens it. show(thumb)."""

    key = StringProperty("")

    def show(self, thumb: Thumb) -> None:
        """Draw the photo."""
        self.key, self.ids.picture.bitmap = thumb.key, thumb.picture


class NoteField(kit.Field):
    """The note of an item, marked but never stopped."""

    def show(self, state: ItemState) -> None:
        """Draw the note."""
        self.text, self.warning = state.note, state.lint


load_beside(__file__)
