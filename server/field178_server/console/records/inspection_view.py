"""An inspection visit as sections: visit, checklist, findings and measures, result."""

from __future__ import annotations

from datetime import date

from field178_server.console.records.field_rows import FieldRow, FindingView, RowMaker, SectionView
from field178_server.console.records.repeat_violations import repetition_text
from field178_server.console.text.format_values import as_violation
from field178_server.console.text.localize import Localizer
from field178_shared.codelists.checklist import ChecklistItem, ChecklistPages
from field178_shared.merge import Data, read_path
from field178_shared.records.reading import day_of, day_of_act, text_of
from field178_shared.text.i18n import N_


def inspection_sections(maker: RowMaker) -> tuple[SectionView, ...]:
    """Return the sections that have rows, in the order of a visit."""
    say = maker.localizer.say
    grouped = _findings_by_item(maker)
    sections = (
        maker.section("visit", say(N_("The visit"))),
        *_checklist(maker, grouped),
        SectionView("findings", say(N_("Other violations")), _loose_findings(maker, grouped)),
        maker.section("measures"),
        maker.section("follow_ups"),
        maker.section("follow_up_answers"),
        maker.section("protocols"),
        maker.section("result", say(N_("Result"))),
        maker.section("attachments"),
    )
    return tuple(section for section in sections if section.rows)


def inspection_exceptions(maker: RowMaker, sections: tuple[SectionView, ...]) -> tuple[FieldRow, ...]:
    """Return the exceptions: not met, violations, remarks, protocols, no access."""
    rows = [row for section in sections for row in section.rows]
    return tuple(row for row in rows if _is_exception(row, maker))


def _findings_by_item(maker: RowMaker) -> dict[str, tuple[FindingView, ...]]:
    """Return the violations by checklist item, "" for violations without an item."""
    grouped: dict[str, list[FindingView]] = {}
    stored = maker.data.get("findings")
    for key, entry in stored.items() if isinstance(stored, dict) else ():
        if isinstance(entry, dict):
            item = str(entry.get("checklist_item_id") or "")
            grouped.setdefault(item, []).append(_finding(f"findings.{key}", entry, maker))
    return {item: tuple(findings) for item, findings in grouped.items()}


def _is_exception(row: FieldRow, maker: RowMaker) -> bool:
    if row.path == "access_result":
        return maker.data.get("access_result") != "inspected"
    if row.path == "answers.workers_under18":
        return read_path(maker.data, "answers.workers_under18.v") != 0
    is_group = row.path.startswith(("findings.", "protocols."))
    return is_group or row.tone in ("bad", "warn") or bool(row.note or row.findings) or row.has_marks


def _checklist(maker: RowMaker, grouped: dict[str, tuple[FindingView, ...]]) -> tuple[SectionView, ...]:
    answers = maker.data.get("answers")
    if not isinstance(answers, dict) or not answers:
        return ()
    pages = _pages(maker)
    item_ids = {item.id for _, items in pages for item in items}
    sections = [
        SectionView(
            f"section-{section.id}",
            section.label(maker.localizer.language),
            tuple(row for item in items if (row := maker.answer(item.id, grouped.get(item.id, ())))),
            tuple(item.label(maker.localizer.language) for item in items if _is_open(item, answers)),
        )
        for section, items in pages
    ]
    others = tuple(row for item in answers if item not in item_ids and (row := maker.answer(item)))
    return (*sections, SectionView("section-other", maker.localizer.say(N_("Other answers")), others))


def _pages(maker: RowMaker) -> ChecklistPages:
    """Return the pages of the establishment's type; for an unknown type the pages with answers."""
    lists = maker.localizer.lists
    type_id = maker.page.establishment.data.get("establishment_type_id") if maker.page.establishment else None
    if isinstance(type_id, str) and type_id in lists.types:
        return lists.checklist_of(type_id, day_of_act(maker.data))
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


def _loose_findings(maker: RowMaker, grouped: dict[str, tuple[FindingView, ...]]) -> tuple[FieldRow, ...]:
    answers = maker.data.get("answers")
    answered = set(answers) if isinstance(answers, dict) else set()
    loose = [finding for item, findings in grouped.items() if item not in answered for finding in findings]
    return tuple(
        FieldRow(
            path=finding.path,
            label=finding.title,
            value=(),
            tone="bad",
            is_changed=maker.is_changed(finding.path),
            findings=(finding,),
            threads=maker.threads_at(finding.path),
        )
        for finding in loose
    )


def _finding(path: str, entry: Data, maker: RowMaker) -> FindingView:
    localizer = maker.localizer
    frame = entry.get("frame")
    fine = frame if isinstance(frame, dict) else {}
    quantity = entry.get("quantity")
    source, article = text_of(fine, "src"), text_of(fine, "art")
    earlier = maker.page.earlier_violations.get(str(entry.get("violation_id")))
    return FindingView(
        path=path,
        title=as_violation(localizer, entry.get("violation_id")),
        occurred_on=localizer.day(entry.get("occurred_on")),
        quantity=localizer.number(quantity) if quantity is not None else None,
        individual=_range(fine, 1, localizer),
        organisation=_organisation(fine, localizer),
        source=law_text(source, article, day_of(entry, "occurred_on"), localizer),
        note=maker.marked(str(entry["note"])) if entry.get("note") else (),
        repetition=repetition_text(earlier, localizer) if earlier else "",
    )


def _range(frame: Data, multiplier: int, localizer: Localizer) -> str | None:
    least, most = frame.get("min"), frame.get("max")
    if not isinstance(least, int) or not isinstance(most, int):
        return None
    return f"{localizer.money(least * multiplier)} – {localizer.money(most * multiplier)}"


def _organisation(frame: Data, localizer: Localizer) -> str | None:
    multiplier = frame.get("org_multiplier")
    return _range(frame, multiplier, localizer) if isinstance(multiplier, int) else None


def law_text(source: str, article: str, on: date | None, localizer: Localizer) -> str | None:
    """Return a citation as of a day, None without a source; an unknown source is shown by its id."""
    if not source:
        return None
    entry = localizer.lists.legal_sources.get(source)
    number = entry and (entry.number if on is None else entry.number_on(on))
    name = number or localizer.label(localizer.lists.legal_sources, source)
    return (
        localizer.say(N_("Article {article}, {source}")).format(article=article, source=name)
        if article
        else name
    )
