"""Texts of a report: fields of the form, merge with later texts of another officer, sections."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from field178_server.console.text.localize import Localizer
from field178_server.office.reports.printed import PrintedReport, PrintedSection
from field178_server.office.reports.queries import StoredReport
from field178_shared.errors import ErrorCode, message
from field178_shared.record_type import RecordType
from field178_shared.records.reports import HEADING
from field178_shared.schemas.fields.catalogue import max_length, words_at
from field178_shared.text.i18n import N_

SECTION = "sections."
_LONG = frozenset({"opening", "signer", "recipients"})


@dataclass(frozen=True, slots=True)
class TextField:
    """Text of the form: typed text, digest of the text that was stored when the form was read, error.

    By the digest the next save detects a later change of the text.
    """

    name: str
    label: str
    typed: str
    was: str
    is_long: bool
    max_length: int
    help: str = ""
    error: str = ""

    @property
    def id(self) -> str:
        """The id of its control."""
        return f"field-{self.name}"


@dataclass(frozen=True, slots=True)
class ReportSectionView:
    """A printed section, and the field of its text where the text is typed."""

    section: PrintedSection
    field: TextField | None


@dataclass(frozen=True, slots=True)
class TypedTexts:
    """Typed texts by field, with digests of the texts stored when the form was read, and errors."""

    texts: Mapping[str, str]
    was: Mapping[str, str]
    errors: Mapping[str, str]


def digest_of(text: str) -> str:
    """Return a short digest of a text, its line ends as browsers send them."""
    return hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()[:16]


def stored_texts(stored: StoredReport, section_ids: tuple[str, ...]) -> dict[str, str]:
    """Return the texts of a report by the names of their fields."""
    report = stored.report
    sections = {f"{SECTION}{key}": report.sections.get(key, "") for key in section_ids}
    return {**report.heading, **sections}


def merged(
    stored: Mapping[str, str], typed: TypedTexts, localizer: Localizer
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the texts to write, and an error for each that both this officer and another one changed.

    A text that only one of them changed is taken from that one.
    """
    texts, errors = dict[str, str](), dict[str, str]()
    for name, now in stored.items():
        text, was = "\n".join(typed.texts.get(name, now).splitlines()).strip(), typed.was.get(name, "")
        is_changed = digest_of(now) != was
        if digest_of(text) == was:
            texts[name] = now
        elif is_changed and text != now:
            texts[name] = text
            sentence = localizer.say(
                N_("Somebody wrote this text meanwhile: “{text}”. Save once more to put yours in its place.")
            )
            errors[name] = sentence.format(text=now)
        else:
            texts[name] = text
        limit = _limit(name)
        if limit and len(text) > limit:
            errors[name] = message(ErrorCode.TOO_LONG, localizer.language)
    return texts, errors


def heading_fields(
    stored: Mapping[str, str], typed: TypedTexts | None, localizer: Localizer
) -> list[TextField]:
    """Return the fields of the heading, the signer and the recipients."""
    return [
        _field(name, words_at(RecordType.REPORT, name, localizer.language).label, stored, typed, localizer)
        for name in HEADING
    ]


def section_views(
    printed: PrintedReport,
    form: tuple[Mapping[str, str], TypedTexts | None] | None,
    localizer: Localizer,
) -> list[ReportSectionView]:
    """Return the sections; with a form its texts are typed, else read."""

    def field(section: PrintedSection) -> TextField | None:
        if form is None:
            return None
        return _field(f"{SECTION}{section.id}", section.heading, *form, localizer)

    return [ReportSectionView(section, field(section)) for section in printed.sections]


def _field(
    name: str, label: str, stored: Mapping[str, str], typed: TypedTexts | None, localizer: Localizer
) -> TextField:
    text = typed.texts.get(name, stored[name]) if typed else stored[name]
    is_section = name.startswith(SECTION)
    words = words_at(RecordType.REPORT, f"{name}.text" if is_section else name, localizer.language)
    return TextField(
        name,
        label,
        text,
        digest_of(stored[name]),
        is_section or name in _LONG,
        _limit(name),
        words.help,
        typed.errors.get(name, "") if typed else "",
    )


def _limit(name: str) -> int:
    return max_length(RecordType.REPORT, f"{name}.text" if name.startswith(SECTION) else name)
