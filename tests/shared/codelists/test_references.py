"""Every id that one list names exists in the list it means."""

import re
from collections.abc import Iterable
from datetime import date

import pytest

from field178_shared.codelists import CodeLists, load
from field178_shared.codelists import demo as demo_data

SNAKE = re.compile(r"[a-z][a-z0-9_]*")


@pytest.fixture(scope="module")
def lists() -> CodeLists:
    return load()


@pytest.fixture(scope="module")
def sources(lists) -> set[str]:
    return {*lists.legal_sources, *lists.press_sources}


def _strangers(named: Iterable[str | None], existing: Iterable[str]) -> set[str]:
    return {name for name in named if name is not None} - set(existing)


def test_every_id_is_a_plain_word(lists) -> None:
    groups = (
        lists.legal_sources,
        lists.press_sources,
        lists.units,
        lists.agencies,
        lists.roles,
        lists.types,
        lists.items,
        lists.violations,
        lists.forms,
        lists.audiences,
        lists.topics,
        lists.materials,
        lists.media_channels,
        lists.support_services,
        lists.indicators,
        lists.glossary,
    )
    ids = [entry for group in groups for entry in group]
    ids += [choice.id for row in lists.choices.values() for choice in row]
    assert [entry for entry in ids if not SNAKE.fullmatch(entry)] == []


def test_units_hang_together(lists) -> None:
    units = lists.units.values()
    assert not _strangers((unit.parent for unit in units), lists.units)
    assert not _strangers((unit.type for unit in units), lists.unit_types)
    ends = [place for step in lists.lineage for place in (step.source, step.target)]
    assert not _strangers(ends, lists.units)
    members = [member for group in lists.unit_groups.values() for member in group.members]
    assert not _strangers(members, lists.units)


def test_every_commune_of_the_plan_has_a_successor(lists) -> None:
    gone_into = {step.source for step in lists.lineage}
    assert not _strangers(lists.unit_groups["an_lao_area_2024"].members, gone_into)


def test_kinds_of_establishment_name_known_things(lists, sources) -> None:
    kinds = lists.types.values()
    assert not _strangers((kind.group for kind in kinds), lists.choice_ids("establishment_group"))
    assert not _strangers((kind.hours for kind in kinds), lists.opening_rules)
    assert not _strangers((section for kind in kinds for section in kind.sections), lists.sections)
    assert not _strangers((kind.source for kind in kinds), sources | {"unverified"})
    assert all(kind.workers.least <= kind.workers.typical <= kind.workers.most for kind in kinds)


def test_items_name_known_things(lists, sources) -> None:
    items = lists.items.values()
    assert not _strangers((item.section for item in items), lists.sections)
    assert not _strangers((item.applies.group for item in items), lists.choice_ids("establishment_group"))
    assert not _strangers((kind for item in items for kind in item.applies.types), lists.types)
    assert not _strangers((ref.source for item in items for ref in item.legal), sources)
    assert not _strangers((v for item in items for v in item.violations), lists.violations)
    assert not _strangers((item.protocol for item in items), lists.choice_ids("protocol"))


def test_an_item_meant_for_a_kind_has_its_page_in_the_kinds_profile(lists) -> None:
    for item in lists.items.values():
        for kind in item.applies.types:
            assert item.section in lists.types[kind].sections, (item.id, kind)


def test_violations_name_known_things(lists, sources) -> None:
    violations = lists.violations.values()
    assert not _strangers((v.domain for v in violations), lists.choice_ids("violation_domain"))
    assert not _strangers((item for v in violations for item in v.items), lists.items)
    frames = [frame for v in (*violations, *lists.reference_acts.values()) for frame in v.frames]
    assert not _strangers((frame.src for frame in frames), sources)


def test_items_and_violations_name_each_other(lists) -> None:
    for item in lists.items.values():
        for violation in item.violations:
            assert item.id in lists.violations[violation].items, (item.id, violation)


def test_frames_are_whole_and_in_order(lists) -> None:
    for violation in lists.violations.values():
        for frame in violation.frames:
            assert (frame.min is None) == (frame.max is None), violation.id
            assert frame.min is None or frame.max is None or frame.min <= frame.max, violation.id


# Two decrees punish it from two sides: culture and public order.
TWO_LAWS_AT_ONCE = {"sv_lewd_service"}


def test_no_day_has_two_frames_of_one_violation(lists) -> None:
    for violation in lists.violations.values():
        days = [frame.valid_from for frame in violation.frames if frame.valid_from is not None]
        at_once = max((len(lists.frames_on(violation.id, day)) for day in days), default=0)
        assert at_once <= (2 if violation.id in TWO_LAWS_AT_ONCE else 1), violation.id


def test_audiences_name_known_totals(lists) -> None:
    audiences = lists.audiences.values()
    assert not _strangers((audience.denominator for audience in audiences), lists.denominators)


def test_indicators_name_known_things(lists, sources) -> None:
    indicators = lists.indicators.values()
    reporters = [reporter for indicator in indicators for reporter in indicator.reporters]
    assert not _strangers(reporters, {*lists.agencies, "all", "system"})
    assert not _strangers((i.origin for i in indicators), sources | {"product", "molisa_report"})
    assert not _strangers((period for i in indicators for period in i.periods), lists.periods)
    assert not _strangers((d.entered_by for d in lists.denominators.values()), lists.agencies)


def test_targets_name_known_indicators_and_areas(lists, sources) -> None:
    profiles = lists.target_profiles.values()
    assert not _strangers((t.indicator for p in profiles for t in p.targets), lists.indicators)
    assert not _strangers((p.unit_group for p in profiles), lists.unit_groups)
    assert not _strangers((p.source for p in profiles), sources | {"product"})


def test_a_target_key_is_the_indicator_that_targets_name(lists) -> None:
    for indicator in lists.indicators.values():
        assert indicator.target_key in (None, indicator.id)


def test_reports_name_known_things(lists) -> None:
    sections = lists.report_sections.values()
    assert not _strangers((i for section in sections for i in section.indicators), lists.indicators)
    for chain in lists.submission_chains.values():
        parties = [party for step in chain for party in (*step.senders, *step.receivers)]
        assert not _strangers(parties, lists.agencies)
        assert not _strangers((kind for step in chain for kind in step.due), lists.report_kinds)
    symbols = lists.report_layout.symbols
    assert not _strangers((symbol.agency for symbol in symbols), lists.agencies)
    assert not _strangers((symbol.document for symbol in symbols), lists.choice_ids("document_type"))


def test_privacy_rules_cite_known_laws(lists, sources) -> None:
    assert not _strangers((point.source for point in lists.privacy.legal), sources)
    assert not _strangers(lists.privacy.officer_location.laws, sources)


@pytest.mark.parametrize(
    "day", [date(2024, 1, 1), date(2025, 2, 28), date(2025, 3, 1), date(2025, 6, 30), date(2025, 7, 1)]
)
def test_every_day_has_one_focal_agency_below_the_province(lists, day) -> None:
    assert len([agency for agency in lists.agencies.values() if agency.is_focal_on(day)]) == 1


def test_agencies_above_an_agency_are_of_the_list_and_above_it(lists) -> None:
    order = ("commune", "district", "province", "national")
    for agency in lists.agencies.values():
        assert not _strangers(agency.under, lists.agencies)
        levels = [order.index(lists.agencies[each].level) for each in agency.under]
        assert all(level >= order.index(agency.level) for level in levels), agency.id


def test_no_agency_of_the_district_outlives_it(lists) -> None:
    outlives = {
        agency.id
        for agency in lists.agencies.on(date(2025, 7, 1)).values()
        if agency.level == "district" and agency.source != "unverified"
    }
    assert outlives == set()


def test_the_glossary_covers_the_screens(lists) -> None:
    assert len(lists.glossary) >= 150


def test_demo_names_known_things(lists) -> None:
    data = demo_data()
    rows = data["establishments"]
    assert isinstance(rows, list)
    assert not _strangers((row["type"] for row in rows), lists.types)
    assert not _strangers((row["unit"] for row in rows), lists.units)
    assert not _strangers((row["violation"] for row in rows), lists.violations)
    golden, officers = data["golden_indicators"], data["officers"]
    assert isinstance(golden, dict)
    assert not _strangers(golden, lists.indicators)
    assert isinstance(officers, list)
    assert not _strangers((officer["role"] for officer in officers), lists.roles)
    assert not _strangers((officer["agency"] for officer in officers), lists.agencies)


def test_the_counts_of_the_demo_add_up() -> None:
    rows = demo_data()["establishments"]
    assert isinstance(rows, list)
    for row in rows:
        assert row["workers_female"] + row["workers_male"] == row["workers_total"], row["id"]
        for part in ("workers_contract", "workers_health_check", "worker_first_time"):
            assert row[part] <= row["workers_total"], row["id"]
