from collections.abc import Iterator
from datetime import date

from field178_shared.codelists import Labelled, load
from field178_shared.errors import ErrorCode
from field178_shared.text.privacy import stigma_in


def _entries() -> Iterator[Labelled]:
    lists = load()
    groups = {
        "unit_types": lists.unit_types,
        "units": lists.units,
        "unit_groups": lists.unit_groups,
        "types": lists.types,
        "sections": lists.sections,
        "items": lists.items,
        "violations": lists.violations,
        "forms": lists.forms,
        "audiences": lists.audiences,
        "topics": lists.topics,
        "materials": lists.materials,
        "media_channels": lists.media_channels,
        "support_services": lists.support_services,
        "agencies": lists.agencies,
        "roles": lists.roles,
        "indicators": lists.indicators,
        "denominators": lists.denominators,
        "target_profiles": lists.target_profiles,
        "report_kinds": lists.report_kinds,
        "report_sections": lists.report_sections,
        "annex_tables": lists.annex_tables,
        "deadlines": lists.deadlines,
        "document_forms": lists.document_forms,
    }
    choices = {name: {c.id: c for c in row} for name, row in lists.choices.items()}
    for group in [*groups.values(), *choices.values()]:
        yield from group.values()


def test_every_entry_speaks_both_languages() -> None:
    entries = list(_entries())
    assert len(entries) > 550
    assert [entry for entry in entries if not (entry.label("vi").strip() and entry.label("en").strip())] == []


# The name of a training subject, about helping victims; no record carries it as a label.
SPOKEN_OF = {"victim_sensitive"}


def test_no_label_holds_a_word_to_avoid() -> None:
    lists = load()
    spoken = {entry.id for entry in _entries() if stigma_in(f"{entry.vi}\n{entry.en}", lists)}
    assert spoken == SPOKEN_OF


def test_no_sentence_of_an_error_holds_a_word_to_avoid() -> None:
    lists = load()
    assert [code for code in ErrorCode if stigma_in(f"{code.vi}\n{code.en}", lists)] == []


def test_an_unknown_language_reads_vietnamese() -> None:
    assert load().roles["inspector"].label("fr") == "Cán bộ kiểm tra"


def test_an_audience_has_a_short_label_for_narrow_places() -> None:
    workers = load().audiences["workers_at_risk"]
    assert workers.short_label("vi") == "Người lao động tại cơ sở thuộc diện kiểm tra"
    assert workers.short_label("en") == workers.en
    assert load().audiences["women"].short_label("vi") == "Hội viên phụ nữ"


def test_a_computed_choice_is_shown_and_never_chosen() -> None:
    lists = load()
    overdue = lists.choice("followup_status", "overdue")
    assert overdue is not None
    assert overdue.vi == "Quá hạn"
    assert "overdue" not in lists.choice_ids("followup_status")
    assert lists.choice("followup_status", "nowhere") is None


def test_no_label_of_a_day_names_a_kind_of_unit_that_has_ended() -> None:
    lists, day = load(), date(2025, 7, 1)
    ended = [kind.vi.lower() for kind in lists.unit_types.values() if kind.id == "town"]
    assert not any(lists.unit_types["town"].valid_on(each) for each in (day, date(2026, 11, 20)))
    texts = [entry.vi.lower() for entry in _entries() if entry.valid_on(day)]
    texts += [term.vi.lower() for term in lists.glossary.values()]
    assert not [text for text in texts if any(name in text for name in ended)]
