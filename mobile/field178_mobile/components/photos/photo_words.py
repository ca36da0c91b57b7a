"""Texts about photos: number waiting, progress of each, reason of delay and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from field178_mobile.components.photos import picture
from field178_mobile.components.photos.unsent_rows import PhotosState, UnsentRow
from field178_mobile.presentation.amounts import amount_text
from field178_mobile.presentation.wording import Wording
from field178_mobile.replication.events import UploadMessage, UploadState
from field178_mobile.store.photos.photo_store import ServerFileCount
from field178_mobile.store.photos.rows import Photo, PhotoState
from field178_mobile.store.photos.undeliverable import STUCK
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.text.formats import percent_text
from field178_shared.text.i18n import N_

OUTCOMES: Mapping[UploadMessage, str] = {
    UploadMessage.QUIET: N_("They go as soon as their record is with the office."),
    UploadMessage.SENDING: N_("Being sent, one after the other; records always go first."),
    UploadMessage.WAITING_WIFI: N_("They wait for Wi-Fi."),
    UploadMessage.NO_NETWORK: N_("The line broke; sending goes on where it stopped."),
    UploadMessage.NOT_OUR_SERVER: N_("This network does not lead to the office"),
    UploadMessage.SERVER_BUSY: N_("The office's server is busy; they are sent again."),
    UploadMessage.SERVER_FULL: N_("The office's server has no room left; they are sent again."),
    UploadMessage.REFUSED: N_("The office takes no photos from this tablet now."),
    UploadMessage.PUT_OFF: N_("Some did not get through; they are tried again in an hour."),
    UploadMessage.NOT_SERVED: N_("The office's server takes no photos yet; they are kept here."),
}
REMEDIES: Mapping[UploadMessage, str] = {
    UploadMessage.WAITING_WIFI: N_("Connect to Wi-Fi, or choose “Any network” here."),
    UploadMessage.NOT_OUR_SERVER: N_(
        "A Wi-Fi sign-in page? Open the browser and sign in, or use mobile data."
    ),
    UploadMessage.SERVER_FULL: N_("Tell the office: its administrator has to make room on the server."),
    UploadMessage.REFUSED: N_("Tell the office; this tablet's enrolment must be looked at."),
    UploadMessage.NOT_SERVED: N_("Tell the office that its server needs an upgrade."),
}
# Codes with another text for photos than for records.
_ERRORS: Mapping[str, str] = {
    ErrorCode.STORE_DAMAGED: N_("The photo's file on this tablet is damaged."),
    ErrorCode.LOCKED: N_("The office is still busy with this photo."),
    ErrorCode.NOT_FOUND: N_("The office does not know this photo's record."),
    ErrorCode.TOO_LARGE: N_("The office has no room for more photos of this tablet."),
}
# Texts for files that the office never accepts (protocol §9.2); other problems have a general text.
_PROBLEMS: Mapping[str, str] = {
    **dict.fromkeys(
        ("cut", "structure", "not_jpeg", "trailing_bytes", "polyglot"),
        N_("The office found the photo's file damaged and will not take it."),
    ),
    "metadata": N_("The photo's file carries hidden data, which the office never takes."),
    "too_many_pixels": N_("The photo is larger than the office takes."),
    "purged": N_("The office removed this record for good; its photos are not taken any more."),
}
# Texts for pictures that the tablet refuses (picture.py).
_REFUSALS: Mapping[str, str] = {
    picture.NO_PICTURE: N_("This file is no picture that can be read. Choose a JPEG, PNG or WEBP file."),
    picture.CUT: N_("The picture's file is damaged or cut off. Take or choose another one."),
    picture.TOO_MANY_POINTS: N_("The picture is far larger than a photo. Take it anew with a camera."),
    picture.TOO_MANY_BYTES: N_("The file is larger than 64 MB. Choose a smaller one."),
}
SHOWN_PHOTOS = 6
REMEDY_OF_STUCK = N_(
    "It will not go by itself. Open the record to take the photo anew or remove it, or put it aside: it "
    "stays on this tablet and holds nothing up."
)


@dataclass(frozen=True, slots=True)
class PhotoFact:
    """One photo the server does not have, and the record it belongs to, by a few words."""

    photo: Photo
    title: str
    is_dismissed: bool = False

    @property
    def is_stuck(self) -> bool:
        """Whether the photo needs a person before it can be sent."""
        return self.photo.state in STUCK


def refusal_text(error: AppError, words: Wording) -> str:
    """Return the reason and remedy for a refused picture as text."""
    sentence = _REFUSALS.get(str(error.details.get("problem", "")))
    return words.translate(sentence) if sentence else message(error.code, words.language)


def files_word(count: ServerFileCount, words: Wording) -> str:
    """Return "Photos 2/4" while files of a record are missing on the server, "" otherwise."""
    if count.sent == count.named:
        return ""
    return words.say("Photos {sent}/{named}", sent=count.sent, named=count.named)


def photo_row(fact: PhotoFact, uploads: UploadState, words: Wording) -> UnsentRow:
    """Return one photo of the sync screen."""
    photo = fact.photo
    word, tone = (N_("Put aside"), "muted") if fact.is_dismissed else _word(photo, uploads)
    parts = [amount_text(photo.size_bytes), _progress(photo, words), photo_error(photo, words)]
    title = fact.title or words.translate("Photo")
    icon = "image-outline"
    return UnsentRow(
        photo.record_id,
        title,
        " · ".join(part for part in parts if part),
        icon,
        words.translate(word),
        tone,
        photo.sent_bytes / photo.size_bytes if photo.sent_bytes else 0.0,
        photo.sha256,
        is_stuck=fact.is_stuck,
        is_dismissed=fact.is_dismissed,
    )


def photos_state(
    facts: Sequence[PhotoFact], uploads: UploadState, words: Wording, *, is_wifi_only: bool
) -> PhotosState:
    """Return the photos part of the sync screen; only the choice of network if no photo waits."""
    if not facts:
        return PhotosState(is_wifi_only=is_wifi_only)
    unsent = [fact for fact in facts if not fact.is_dismissed]
    # Photos that need a person come first, so that they are noticed.
    ordered = sorted(facts, key=lambda fact: (fact.is_dismissed, not fact.is_stuck))
    remedy = REMEDIES.get(uploads.message, "")
    if any(fact.is_stuck for fact in unsent):
        remedy = REMEDY_OF_STUCK
    is_moving = any(not fact.is_stuck for fact in unsent)
    more = len(facts) - SHOWN_PHOTOS
    return PhotosState(
        summary=_summary(unsent, len(facts) - len(unsent), words),
        outcome=words.translate(OUTCOMES[uploads.message]) if is_moving else "",
        remedy=words.translate(remedy) if remedy and unsent else "",
        rows=tuple(photo_row(fact, uploads, words) for fact in ordered[:SHOWN_PHOTOS]),
        more=words.say("and {count} more", count=more) if more > 0 else "",
        is_wifi_only=is_wifi_only,
    )


def _summary(unsent: Sequence[PhotoFact], dismissed: int, words: Wording) -> str:
    sentences = []
    if unsent:
        size = amount_text(sum(fact.photo.size_bytes - fact.photo.sent_bytes for fact in unsent))
        sentences.append(words.say("Photos not sent: {count} ({amount})", count=len(unsent), amount=size))
    if dismissed:
        sentences.append(words.say("Photos put aside: {count}", count=dismissed))
    return " · ".join(sentences)


def _word(photo: Photo, uploads: UploadState) -> tuple[str, str]:
    if photo.state is PhotoState.REFUSED:
        return N_("Refused"), "bad"
    if photo.state is PhotoState.DAMAGED:
        return N_("Unreadable"), "bad"
    if photo.sha256 == uploads.sending:
        return N_("Sending"), "primary"
    return N_("Not sent"), "warn"


def _progress(photo: Photo, words: Wording) -> str:
    if not photo.sent_bytes:
        return ""
    share = percent_text(100 * photo.sent_bytes / photo.size_bytes, words.language, 0)
    return words.say("{percent} sent", percent=share)


def photo_error(photo: Photo, words: Wording) -> str:
    """Return the last error of a photo as text, "" if there was none."""
    if photo.last_error is None:
        return ""
    code, _, problem = photo.last_error.partition(":")
    own = _PROBLEMS.get(problem) or _ERRORS.get(code)
    return words.translate(own) if own else message(code, words.language)
