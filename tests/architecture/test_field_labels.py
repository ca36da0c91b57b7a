"""A field is named in one place: no screen, page or catalog declares a field's name again."""

from __future__ import annotations

import pytest
from scripts.catalog_files import read_catalog
from scripts.catalog_sources import texts_in

from field178_shared.schemas.fields.catalogue import FIELDS, RECORD_NAMES
from field178_shared.text.i18n import translator

LABELS = {spec.label for specs in FIELDS.values() for spec in specs.values()} | set(RECORD_NAMES.values())
QUESTIONS = {
    text
    for specs in FIELDS.values()
    for spec in specs.values()
    for text in (spec.help, spec.question, spec.example, spec.unit)
    if text
}
# The same English word for another thing than the field.
ELSEWHERE = {
    "console": {
        "Officer": "who owns a tablet",
        "Photos and files": "what a permanent removal takes with it",
        "Reason": "of a permanent removal",
    },
    "tablet": {"Team": "an area of sync without a name of its own"},
}


@pytest.mark.parametrize("domain", sorted(ELSEWHERE))
def test_no_screen_declares_the_name_of_a_field_again(domain: str) -> None:
    again = (LABELS | QUESTIONS) & set(texts_in(domain))
    assert again - set(ELSEWHERE[domain]) == set()
    assert set(ELSEWHERE[domain]) - again == set(), "no exception that is none"


@pytest.mark.parametrize("domain", sorted(ELSEWHERE))
def test_label_used_in_several_domains_is_the_same_in_vietnamese(domain: str) -> None:
    catalog, translate = read_catalog(domain, "vi").messages, translator("vi", "shared")
    assert {text: catalog[text] for text in ELSEWHERE[domain]} == {
        text: translate(text) for text in ELSEWHERE[domain]
    }
