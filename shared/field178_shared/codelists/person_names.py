"""Words by which names of people are found in free texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from field178_shared.codelists.rows import CodeListRow


@dataclass(frozen=True, slots=True)
class PeopleNames(CodeListRow):
    """List of a people's surnames, and the syllables before its given names."""

    people: str
    source: str | None = field(metadata={"key": "src"})
    surnames: tuple[str, ...]
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonNames(CodeListRow):
    """Names of people and the words around them; the comments of the list explain each key."""

    peoples: tuple[PeopleNames, ...]
    weak: frozenset[str]
    middles: frozenset[str]
    upland_middles: frozenset[str]
    small_middles: frozenset[str]
    common: frozenset[str]
    function_surnames: frozenset[str]
    personal_verbs: frozenset[str]
    after_thi: frozenset[str]
    prefixes: frozenset[str]
    foreign: frozenset[str]
    titles: frozenset[str]
    roles: frozenset[str]
    named_as: frozenset[str]
    contacts: frozenset[str]
    short_titles: frozenset[str]
    plurals: frozenset[str]
    ranks: frozenset[str]
    unclear_titles: frozenset[str]
    clear_given: frozenset[str]
    places: frozenset[str]
    place_syllables: frozenset[str]
    establishments: frozenset[str]
    nicknames: frozenset[str]
    small_nicknames: frozenset[str]
    not_names: frozenset[str]
    public_names: frozenset[str]
    neutral: frozenset[str]
    staff: frozenset[str]
    trades: frozenset[str]
    countries: frozenset[str]
    suffixes: frozenset[str]
    stop: frozenset[str]
    given: frozenset[str]
    unsure: frozenset[str]
    compounds: Mapping[str, str]
