"""An inspection visit as sections: the visit, the checklist page by page, what followed, the conclusion."""

from __future__ import annotations

from field178_server.console.records.field_rows import Finding, Row, RowMaker, SectionView
from field178_server.console.text.format_values import as_violation
from field178_server.console.text.localize import Speech
from field178_shared.codelists.checklist import ChecklistItem, ChecklistPages
from field178_shared.merge import Data, read_path
from field178_shared.text.i18n import N_

VISIT = (
    "record_code",
    "inspection_kind",
    "trigger",
    "decision_number",
    "decision_date",
    "started_at",
    "ended_at",
    "unit_id",
    "team_id",
    "access_result",
    "representative_role",
    "local_escort_agencies",
    "check_in",
)
CONCLUSION = (
    "overall_result",
    "recommendation",
    "representative_opinion",
    "minutes_number",
    "paper_signed",
)


def inspection_sections(maker: RowMaker) -> tuple[SectionView, ...]:
    """Return every section that holds something, in the order a visit is made."""
    say = maker.speech.say
    grouped = _findings_by_item(maker)
    sections = (
        SectionView("visit", say(N_("The visit")), (*maker.fields(*VISIT), *_members(maker))),
        *_checklist(maker, grouped),
        SectionView("findings", say(N_("Other violations")), _loose_findings(maker, grouped)),
        SectionView("measures", say(N_("Measures")), maker.entries("measures")),
        SectionView("follow_ups", say(N_("Corrections asked for")), maker.entries("follow_ups")),
        SectionView("protocols", say(N_("Protection protocols")), maker.entries("protocols")),
        SectionView("result", say(N_("Result")), maker.fields(*CONCLUSION)),
        SectionView("attachments", say(N_("Files")), maker.entries("attachments")),
    )
    return tuple(section for section in sections if section.rows)


def inspection_exceptions(maker: RowMaker, sections: tuple[SectionView, ...]) -> tuple[Row, ...]:
    """Return the rows that ask for a look: not met, violations, remarks, protocols, no access."""
    rows = [row for section in sections for row in section.rows]
    return tuple(row for row in rows if _is_exception(row, maker))


def _findings_by_item(maker: RowMaker) -> dict[str, tuple[Finding, ...]]:
    """Return the violations under the question they came from; those of no question lie under ""."""
    grouped: dict[str, list[Finding]] = {}
    stored = maker.data.get("findings")
    for key, entry in stored.items() if isinstance(stored, dict) else ():
        if isinstance(entry, dict):
            item = str(entry.get("checklist_item_id") or "")
            grouped.setdefault(item, []).append(_finding(f"findings.{key}", entry, maker))
    return {item: tuple(found) for item, found in grouped.items()}


def _is_exception(row: Row, maker: RowMaker) -> bool:
    if row.path == "access_result":
        return maker.data.get("access_result") != "inspected"
    if row.path == "answers.workers_under18":
        return read_path(maker.data, "answers.workers_under18.v") != 0
    is_group = row.path.startswith(("findings.", "protocols."))
    return is_group or row.tone in ("bad", "warn") or bool(row.note or row.findings) or row.has_marks


def _members(maker: RowMaker) -> tuple[Row, ...]:
    return maker.entries("members")


def _checklist(maker: RowMaker, grouped: dict[str, tuple[Finding, ...]]) -> tuple[SectionView, ...]:
    answers = maker.data.get("answers")
    if not isinstance(answers, dict) or not answers:
        return ()
    pages = _pages(maker)
    asked = {item.id for _, items in pages for item in items}
    sections = [
        SectionView(
            f"section-{section.id}",
            section.label(maker.speech.language),
            tuple(row for item in items if (row := maker.answer(item.id, grouped.get(item.id, ())))),
            tuple(item.label(maker.speech.language) for item in items if _is_open(item, answers)),
        )
        for section, items in pages
    ]
    others = tuple(row for item in answers if item not in asked and (row := maker.answer(item)))
    return (*sections, SectionView("section-other", maker.speech.say(N_("Other answers")), others))


def _pages(maker: RowMaker) -> ChecklistPages:
    """Return the pages of the establishment's kind; of a kind not known, every page that has an answer."""
    lists = maker.speech.lists
    type_id = maker.page.place.data.get("establishment_type_id") if maker.page.place else None
    if isinstance(type_id, str) and type_id in lists.types:
        return lists.checklist_of(type_id)
    answers = maker.data.get("answers")
    answered = (
        [lists.items[key] for key in answers if key in lists.items] if isinstance(answers, dict) else []
    )
    ordered = sorted(lists.sections.values(), key=lambda section: section.order)
    return tuple(
        (section, tuple(item for item in answered if item.section == section.id)) for section in ordered
    )


def _is_open(item: ChecklistItem, answers: dict[str, object]) -> bool:
    return item.id not in answers and item.show_if is None


def _loose_findings(maker: RowMaker, grouped: dict[str, tuple[Finding, ...]]) -> tuple[Row, ...]:
    answers = maker.data.get("answers")
    answered = set(answers) if isinstance(answers, dict) else set()
    loose = [finding for item, found in grouped.items() if item not in answered for finding in found]
    return tuple(
        Row(
            path=finding.path,
            label=finding.title,
            value=(),
            tone="bad",
            is_changed=maker.is_changed(finding.path),
            findings=(finding,),
            comments=maker.comments_at(finding.path),
        )
        for finding in loose
    )


def _finding(path: str, entry: Data, maker: RowMaker) -> Finding:
    speech = maker.speech
    frame = entry.get("frame")
    known = frame if isinstance(frame, dict) else {}
    quantity = entry.get("quantity")
    return Finding(
        path=path,
        title=as_violation(speech, entry.get("violation_id")),
        occurred_on=speech.day(entry.get("occurred_on")),
        quantity=speech.number(quantity) if quantity is not None else None,
        individual=_range(known, 1, speech),
        organisation=_organisation(known, speech),
        source=_source(known, speech),
        note=maker.marked(str(entry["note"])) if entry.get("note") else (),
    )


def _range(frame: Data, multiplier: int, speech: Speech) -> str | None:
    least, most = frame.get("min"), frame.get("max")
    if not isinstance(least, int) or not isinstance(most, int):
        return None
    return f"{speech.money(least * multiplier)} – {speech.money(most * multiplier)}"


def _organisation(frame: Data, speech: Speech) -> str | None:
    multiplier = frame.get("org_multiplier")
    return _range(frame, multiplier, speech) if isinstance(multiplier, int) else None


def _source(frame: Data, speech: Speech) -> str | None:
    source = frame.get("src")
    if not isinstance(source, str):
        return None
    known = speech.lists.legal_sources.get(source)
    name = (known.number or known.label(speech.language)) if known else source
    article = frame.get("art")
    return (
        speech.say(N_("Article {article}, {source}")).format(article=article, source=name)
        if article
        else name
    )
