"""Loading of the packaged lists: one JSON file, read once, with a check of every row."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from field178_shared.codelists.holidays import read_holidays
from field178_shared.codelists.labels import Labelled, ListChoice
from field178_shared.codelists.legal import PressSource
from field178_shared.codelists.lists import CodeLists
from field178_shared.codelists.person_names import PersonNames
from field178_shared.codelists.places import read_school, read_zone
from field178_shared.codelists.privacy_rules import PrivacyRules
from field178_shared.codelists.reports import Submission
from field178_shared.codelists.rows import CodeListError, ListFileRow, by_id
from field178_shared.codelists.validity import DatedRows
from field178_shared.codelists.violations import ReferenceAct
from field178_shared.codelists.words import Term

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
    ("privacy_rules", "hold_reasons", "hold_reason"),
)


T = TypeVar("T")
Identified = TypeVar("Identified", bound=Labelled | PressSource)


@cache
def load() -> CodeLists:
    """Return the lists in force in this process: one object, whose content `put_in_force` replaces."""
    return read_lists(released_files())


@cache
def released() -> CodeLists:
    """Return the lists of this release, which no list pack changes: by them units give access."""
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
        **files.placed(),
        version=f"{files.version()}+{pack}" if pack else files.version(),
        reference_acts=files.reference_acts(),
        choices=files.choices(),
        periods=files.file("indicators").texts("periods"),
        submission_chains=files.submission_chains(),
        holidays=read_holidays(files.file("holidays")),
        schools=files.index("places", "schools", read_school),
        zones=files.index("places", "zones", read_zone),
        glossary=by_id(files.rows("glossary", "items", Term.read), lambda term: term.field, "glossary"),
        privacy=PrivacyRules.read(files.file("privacy_rules")),
        person_names=PersonNames.read(files.file("person_names")),
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

    def placed(self) -> dict[str, Any]:
        """Return the lists whose place in the files is declared, by their names in `CodeLists`."""
        types = get_type_hints(CodeLists)
        places = {each.name: each.metadata["at"] for each in fields(CodeLists) if each.metadata}
        return {name: self._read(types[name], *at.split(".")) for name, at in places.items()}

    def _read(self, type_: Any, file: str, key: str) -> object:
        if get_origin(type_) is DatedRows:
            return self.index(file, key, get_args(type_)[0].read)
        if get_origin(type_) is tuple:
            return self.rows(file, key, get_args(type_)[0].read)
        return self.read_one(file, key, type_.read)

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
        return DatedRows(by_id(self.rows(name, key, build), lambda item: item.id, f"{name}.{key}"))

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
        return DatedRows(by_id(acts, lambda act: act.id, "reference_only"))

    def submission_chains(self) -> Mapping[str, tuple[Submission, ...]]:
        prefix = "submission_chain_"
        names = [key for key in self._files["reports"].names() if key.startswith(prefix)]
        return {key.removeprefix(prefix): self.rows("reports", key, Submission.read) for key in names}

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
    return row.each("items", ReferenceAct.read)
