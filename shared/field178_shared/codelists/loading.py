"""Loading of the packaged lists: one JSON file, read once, with a check of every row."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from field178_shared.codelists.checklist import read_item, read_section
from field178_shared.codelists.documents import read_deadline, read_document_form
from field178_shared.codelists.establishments import read_establishment_type, read_opening_rule
from field178_shared.codelists.holidays import read_holidays
from field178_shared.codelists.indicators import (
    read_denominator,
    read_formula_term,
    read_indicator,
    read_measure_rules,
    read_target_profile,
    read_traffic_light,
)
from field178_shared.codelists.labels import Labelled, ListChoice
from field178_shared.codelists.legal import PressSource, read_legal_source, read_press_source
from field178_shared.codelists.lists import CodeLists
from field178_shared.codelists.organizations import read_agency, read_role
from field178_shared.codelists.outreach import (
    read_audience,
    read_channel,
    read_form,
    read_material,
    read_service,
    read_topic,
)
from field178_shared.codelists.places import read_outlet, read_phrase, read_school, read_zone
from field178_shared.codelists.privacy_rules import read_privacy_rules
from field178_shared.codelists.reports import (
    Submission,
    read_annex_column,
    read_annex_table,
    read_layout,
    read_report_kind,
    read_report_section,
    read_submission,
)
from field178_shared.codelists.rows import CodeListError, ListFileRow, by_id, dated_by_id
from field178_shared.codelists.units import read_lineage, read_unit, read_unit_group, read_unit_type
from field178_shared.codelists.validity import DatedRows
from field178_shared.codelists.violations import ReferenceAct, read_reference_act, read_violation
from field178_shared.codelists.words import read_avoided_words, read_term

_DATA = Path(__file__).with_name("data")
LISTS_FILE, DEMO_FILE = _DATA / "codelists.json", _DATA / "demo_dataset.json"


# Plain lists: file, key in the file, and the name under which `CodeLists.choices` offers the list.
CHOICE_LISTS = (
    ("establishment_types", "groups", "establishment_group"),
    ("establishment_types", "registration_forms", "registration_form"),
    ("establishment_types", "operating_status", "operating_status"),
    ("establishment_types", "inspection_priority", "inspection_priority"),
    ("organizations", "team_positions", "team_position"),
    ("outreach", "media_genres", "media_genre"),
    ("outreach", "pilot_models", "pilot_model"),
    ("outreach", "model_status", "model_status"),
    ("outreach", "information_channels", "information_channel"),
    ("outreach", "correction_actions", "correction_action"),
    ("outreach", "supervision_kinds", "supervision_kind"),
    ("outreach", "risk_groups", "risk_group"),
    ("outreach", "training_subjects", "training_subject"),
    ("outreach", "commune_plan_integration", "commune_plan_integration"),
    ("outreach", "budget_source", "budget_source"),
    ("violations", "domains", "violation_domain"),
    ("document_forms", "commitments_list", "commitment"),
    ("privacy_rules", "purge_reasons", "purge_reason"),
)


T = TypeVar("T")
Identified = TypeVar("Identified", bound=Labelled | PressSource)


@cache
def load() -> CodeLists:
    """Return the lists in force in this process: one object, whose content `put_in_force` replaces."""
    return read_lists(released_files())


def put_in_force(lists: CodeLists) -> None:
    """Give the lists in force the content of these."""
    load().become(lists)


def released_files() -> dict[str, object]:
    """Return the list files of this release by name, read from disk at each call."""
    files: dict[str, object] = json.loads(LISTS_FILE.read_bytes())
    return files


def demo() -> dict[str, object]:
    """Return the fictional data set of the demo."""
    data: dict[str, object] = json.loads(DEMO_FILE.read_bytes())
    return data


def read_lists(data: object, pack: int = 0) -> CodeLists:
    """Build the typed lists; unknown content raises an error with its place.

    `pack`: the number of the pack that changed rows of the files, 0 for none.
    """
    files = _Files(data)
    lists = CodeLists(
        version=f"{files.version()}+{pack}" if pack else files.version(),
        unit_types=files.index("admin_units", "types", read_unit_type),
        units=files.index("admin_units", "units", read_unit),
        lineage=files.rows("admin_units", "lineage", read_lineage),
        unit_groups=files.index("admin_units", "unit_groups", read_unit_group),
        types=files.index("establishment_types", "items", read_establishment_type),
        opening_rules=files.index("establishment_types", "opening_rules", read_opening_rule),
        sections=files.index("checklist_items", "sections", read_section),
        items=files.index("checklist_items", "items", read_item),
        violations=files.index("violations", "items", read_violation),
        reference_acts=files.reference_acts(),
        forms=files.index("outreach", "outreach_forms", read_form),
        audiences=files.index("outreach", "audiences", read_audience),
        topics=files.index("outreach", "topics", read_topic),
        materials=files.index("outreach", "materials", read_material),
        media_channels=files.index("outreach", "media_channels", read_channel),
        support_services=files.index("outreach", "harm_reduction_services", read_service),
        agencies=files.index("organizations", "agencies", read_agency),
        roles=files.index("organizations", "app_roles", read_role),
        choices=files.choices(),
        legal_sources=files.index("legal_sources", "items", read_legal_source),
        press_sources=files.index("legal_sources", "press_sources", read_press_source),
        indicators=files.index("indicators", "items", read_indicator),
        formula_terms=files.index("indicators", "terms", read_formula_term),
        periods=files.file("indicators").texts("periods"),
        denominators=files.index("indicators", "denominators", read_denominator),
        measure_rules=files.read_one("indicators", "measure_rules", read_measure_rules),
        target_profiles=files.index("targets", "profiles", read_target_profile),
        traffic_light=files.read_one("targets", "traffic_light", read_traffic_light),
        report_kinds=files.index("reports", "report_kinds", read_report_kind),
        submission_chains=files.submission_chains(),
        report_layout=files.read_one("reports", "layout_nd30", read_layout),
        report_sections=files.index("reports", "report_sections", read_report_section),
        annex_tables=files.index("reports", "annex_tables", read_annex_table),
        annex_columns=files.index("reports", "annex_columns", read_annex_column),
        deadlines=files.index("deadlines", "items", read_deadline),
        holidays=read_holidays(files.file("holidays")),
        document_forms=files.index("document_forms", "items", read_document_form),
        media_outlets=files.index("places", "media_outlets", read_outlet),
        schools=files.index("places", "schools", read_school),
        zones=files.index("places", "zones", read_zone),
        phrases=files.index("phrases", "items", read_phrase),
        form_texts=files.index("document_forms", "texts", ListChoice.read),
        glossary=by_id(files.rows("glossary", "items", read_term), lambda term: term.field, "glossary"),
        avoided_words=files.rows("vocabulary", "items", read_avoided_words),
        privacy=read_privacy_rules(files.file("privacy_rules")),
        prose=files.prose(),
    )
    files.finish()
    return lists


class _Files:
    """Files of the package, each read once; `finish` raises if a file or key was not read."""

    def __init__(self, data: object) -> None:
        root = ListFileRow(data, "codelists")
        self._files = {name: root.child(name) for name in root.names()}
        self._versions = [row.text("version") for row in self._files.values()]
        for name, row in self._files.items():
            if row.text("codelist") != name:
                raise CodeListError(f"{name}: the file names itself otherwise")

    def version(self) -> str:
        """Return the youngest version of all files."""
        return max(self._versions)

    def file(self, name: str) -> ListFileRow:
        return self._files[name]

    def rows(self, name: str, key: str, build: Callable[[ListFileRow], T]) -> tuple[T, ...]:
        return self._files[name].each(key, build)

    def read_one(self, name: str, key: str, build: Callable[[ListFileRow], T]) -> T:
        return self._files[name].nested(key, build)

    def index(self, name: str, key: str, build: Callable[[ListFileRow], Identified]) -> DatedRows[Identified]:
        return dated_by_id(self.rows(name, key, build), lambda item: item.id, f"{name}.{key}")

    def choices(self) -> Mapping[str, tuple[ListChoice, ...]]:
        plain = {offered: self.rows(name, key, ListChoice.read) for name, key, offered in CHOICE_LISTS}
        commendation = self.read_one("outreach", "commendation", _read_choice_lists)
        enums = self.read_one("inspection_enums", "lists", _read_choice_lists)
        rows = {**plain, **{f"commendation_{key}": value for key, value in commendation.items()}, **enums}
        for name, choices in rows.items():
            by_id(choices, lambda choice: choice.id, name)
        return MappingProxyType(rows)

    def reference_acts(self) -> DatedRows[ReferenceAct]:
        acts = self.read_one("violations", "reference_only", _read_reference_acts)
        return dated_by_id(acts, lambda act: act.id, "reference_only")

    def submission_chains(self) -> Mapping[str, tuple[Submission, ...]]:
        prefix = "submission_chain_"
        names = [key for key in self._files["reports"].names() if key.startswith(prefix)]
        return {key.removeprefix(prefix): self.rows("reports", key, read_submission) for key in names}

    def prose(self) -> Mapping[str, str]:
        """Return the explanations of the lists by `file.key`."""
        texts: dict[str, str] = {}
        for name, row in self._files.items():
            row.skip("sources", "fields", "field_notes")
            for key in row.names():
                texts.update({f"{name}.{path}": text for path, text in row.prose(key).items()})
        return texts

    def finish(self) -> None:
        for row in self._files.values():
            row.finish()


def _read_choice_lists(row: ListFileRow) -> Mapping[str, tuple[ListChoice, ...]]:
    return {name: row.each(name, ListChoice.read) for name in row.names()}


def _read_reference_acts(row: ListFileRow) -> tuple[ReferenceAct, ...]:
    row.skip("note")
    return row.each("items", read_reference_act)
