"""Texts of the inbox: kinds, meaning of codes, remedies, field names."""

from __future__ import annotations

from collections.abc import Mapping

from field178_mobile.presentation.item_paths import item_at
from field178_mobile.presentation.value_words import DELETED
from field178_mobile.presentation.wording import Wording
from field178_mobile.store.model import InboxItem, InboxKind
from field178_shared.errors import message
from field178_shared.record_type import RecordType
from field178_shared.text.i18n import N_

ICONS = {
    InboxKind.RETURNED: ("message-reply-text-outline", "bad"),
    InboxKind.CONFLICT: ("swap-horizontal", "warn"),
    InboxKind.QUARANTINED: ("alert-circle-outline", "bad"),
    InboxKind.NOTICE: ("bell-outline", "primary"),
}
KINDS = {
    InboxKind.RETURNED: N_("Returned"),
    InboxKind.CONFLICT: N_("Changed elsewhere"),
    InboxKind.QUARANTINED: N_("Not accepted"),
    InboxKind.NOTICE: N_("Message"),
}
ANSWERED = N_("Answered")
NEW = N_("Unread")
SCREENS: Mapping[str, str] = {
    **dict.fromkeys(
        (RecordType.INSPECTION, RecordType.ESTABLISHMENT, RecordType.WORKER_CENSUS), "inspection"
    ),
    **dict.fromkeys((RecordType.OUTREACH_SESSION, RecordType.MEDIA_POST), "outreach"),
}

_MEND = N_("Open the record, correct what is marked and file it again.")
_WAIT = N_("Nothing to do: the record is kept here and sent again when the office is ready for it.")
_ASK_AREA = N_("Ask the office to grant this area to the tablet; the record is kept here.")
_ASK_OPEN = N_("The record is approved. Ask the office to open it again, then file your change.")
_ASK = N_("The record is kept here. Tell the office this reason; nothing of it is lost.")
_REMEDIES: Mapping[str, str] = {
    **dict.fromkeys(("schema", "rule", "too_large", "bad_path", "record_exists"), _MEND),
    **dict.fromkeys(("unknown_type", "unknown_schema", "unknown_op", "orphan"), _WAIT),
    **dict.fromkeys(("scope_not_granted", "scope_mismatch"), _ASK_AREA),
    "locked": _ASK_OPEN,
    "user_unknown": N_("Sign in once more with your password while there is a network."),
}
_OF_KIND = {
    InboxKind.RETURNED: N_(
        "Tap a comment: the record opens at that field. Mend it and file again, or answer in words."
    ),
    InboxKind.CONFLICT: N_(
        "Somebody else changed the same field. Choose what is right for each, then settle."
    ),
}


def icon_of(item: InboxItem) -> tuple[str, str]:
    """Return icon and tone of an item; answered items have a neutral tone."""
    icon, tone = ICONS[item.kind]
    return icon, "primary" if item.is_answered else tone


def text_of_reason(item: InboxItem, words: Wording) -> str:
    """Return the reason of an item, in the reader's language."""
    if item.kind is InboxKind.NOTICE:
        texts = dict(item.text)
        return texts.get(words.language) or next(iter(texts.values()), "")
    if item.kind is InboxKind.RETURNED:
        return item.reason
    return message(item.reason, words.language) if item.reason else ""


def remedy_of(item: InboxItem, words: Wording) -> str:
    """Return the remedy of an item as text."""
    if item.kind is InboxKind.NOTICE:
        return ""
    if item.is_answered:
        return words.translate("Nothing to do: all comments are answered, the office looks at them.")
    if item.kind is InboxKind.RETURNED and item.type in (RecordType.WORKER_CENSUS, RecordType.MEDIA_POST):
        return words.say(_MEND)
    return words.say(_OF_KIND.get(item.kind) or _REMEDIES.get(item.reason, _ASK))


def field_name(path: str, record_type: str, data: Mapping[str, object], words: Wording) -> str:
    """Return the name of the field at a path, or of the whole record without a path."""
    if path in ("", DELETED):
        return words.field(record_type, DELETED)
    item = item_at(path, data, words) if record_type == RecordType.INSPECTION else None
    if item is not None:
        return item.label(words.language)
    return " · ".join(filter(None, (words.field(record_type, path), words.entry(record_type, path))))
