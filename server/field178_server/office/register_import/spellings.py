"""Spellings of units, types and statuses in files of offices, and the ids of the lists they mean."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from field178_server.office.register_import.fields import FIELDS, TYPE, UNIT
from field178_server.office.register_import.persons import words_of
from field178_shared.codelists import CodeLists
from field178_shared.codelists.units import Unit

UNITS = "units"
TYPES = "types"
# Kinds of unit that have establishments, by the prefixes of their names.
_PREFIXES = {
    "thi tran": "town",
    "t tran": "town",
    "ttr": "town",
    "tt": "town",
    "xa": "commune",
    "x": "commune",
    "phuong": "ward",
    "p": "ward",
    "f": "ward",
    "dac khu": "special_zone",
    "dk": "special_zone",
}
# Parts of labels that do not distinguish establishments.
_SAYS_NOTHING = ("co so", "khac")
_TITLE_PREFIXES = ("xa ", "phuong ", "thi tran ", "tt ", "dac khu ")
_LONGEST_TITLE = 80
_LEAVES = frozenset(_PREFIXES.values())
# Spellings in addition to the lists' labels and codes.
_ALSO = {
    TYPES: {
        "nha khach": "guesthouse",
        "nha nghi du lich": "guesthouse",
        "nha tro": "boarding_house",
        "mat xa": "massage",
        "masage": "massage",
        "xoa bop": "massage",
        "hat karaoke": "karaoke",
        "kara": "karaoke",
        "quan hat": "karaoke",
        "ca phe": "cafe",
        "cafe": "cafe",
        "cat toc": "barber_relax",
        "goi dau": "barber_relax",
        "quan nhau": "beer_house",
        "bia hoi": "beer_house",
        "lam dep": "spa_beauty",
        "quan an": "restaurant",
    },
    "operating_status": {
        "hoat dong": "operating",
        "dang kd": "operating",
        "dang kinh doanh": "operating",
        "hd": "operating",
        "dang hd": "operating",
        "khong hoat dong": "paused",
        "chua hoat dong": "paused",
        "binh thuong": "operating",
        "x": "operating",
        "tam nghi": "paused",
        "tam dung": "paused",
        "tam dong cua": "paused",
        "nghi": "closed",
        "ngung": "closed",
        "dung hoat dong": "closed",
        "giai the": "closed",
        "dong cua": "closed",
        "da nghi": "closed",
        "khong con": "closed",
        "dinh chi": "suspended_by_decision",
    },
    "registration_form": {
        "hkd": "household_business",
        "ho ca the": "household_business",
        "ca the": "household_business",
        "dntn": "private_enterprise",
        "cty": "company",
        "tnhh": "company",
        "cong ty": "company",
        "co phan": "company",
        "htx": "cooperative",
        "chua": "unregistered",
        "khong": "unregistered",
    },
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """The id that a spelling means; not `is_sure`: to be confirmed; `former`: name of the abolished unit."""

    id: str
    is_sure: bool = True
    former: str = ""


class Spellings:
    """Spellings by the lists in force on a day; `used_units`: units that the office has records of."""

    def __init__(self, lists: CodeLists, day: date, used_units: Collection[str] = ()) -> None:
        self._lists = lists
        self._day = day
        self._used = used_units
        self._words = {name: self._words_of_list(name) for name in (TYPES, *_ALSO.keys() - {TYPES})}
        self._units: dict[str, list[Unit]] = {}
        for unit in lists.units.values():
            if unit.type in _LEAVES:
                self._units.setdefault(_without_prefix(unit.vi)[1], []).append(unit)

    def key(self, spelling: str) -> str:
        """Return the key of a spelling: its words without marks and signs."""
        return " ".join(words_of(spelling))

    def meaning(self, path: str, spelling: str) -> Meaning | None:
        """Return the meaning of a spelling in a column of a field, None if it is unknown."""
        choices = FIELDS[path].choices
        return self._unit(spelling) if choices == UNITS else self._choice(choices, self.key(spelling))

    def title_path(self, text: str) -> str:
        """Return the field that a title line sets for the rows below it; "" for any other line.

        A line that begins like a commune's name is a title even if the commune is unknown: otherwise its rows
        would be imported into the previous commune.
        """
        words = self.key(text)
        if not words or len(text) > _LONGEST_TITLE:
            return ""
        if words.startswith(_TITLE_PREFIXES):
            return UNIT
        return TYPE if self._choice(TYPES, words) else ""

    def options(self, path: str) -> list[tuple[str, str]]:
        """Return the choices of a field as ids with Vietnamese labels."""
        choices = FIELDS[path].choices
        if choices == UNITS:
            return sorted((unit.id, unit.vi) for unit in self._lists.units.values() if self.is_offered(unit))
        if choices == TYPES:
            return [(kind.id, kind.vi) for kind in self._lists.types.on(self._day).values()]
        return [(row.id, row.vi) for row in self._lists.choices_on(choices, self._day)]

    def is_offered(self, unit: Unit) -> bool:
        """Return whether establishments may be registered in a unit."""
        return unit.type in _LEAVES and unit.valid_on(self._day)

    def _words_of_list(self, name: str) -> dict[str, str]:
        ids: dict[str, str] = {}
        if name == TYPES:
            for kind in self._lists.types.on(self._day).values():
                parts = kind.vi.replace("(", ",").replace(")", ",").split(",")
                for text in (kind.vi, kind.en, kind.code, *parts, *kind.synonyms):
                    ids.setdefault(self.key(text), kind.id)
        else:
            for choice in self._lists.choices_on(name, self._day):
                for text in (choice.vi, choice.en):
                    ids.setdefault(self.key(text), choice.id)
        offered = set(ids.values())
        for word in ("", *_SAYS_NOTHING):
            ids.pop(word, None)
        return ids | {word: meant for word, meant in _ALSO[name].items() if meant in offered}

    def _choice(self, name: str, key: str) -> Meaning | None:
        words = self._words[name]
        if key in words:
            return Meaning(words[key])
        spaced = f" {key} "
        # Codes of two letters such as "nh" match only as the whole spelling.
        inside = [word for word in words if len(word) > 2 and f" {word} " in spaced]
        if not inside:
            return None
        first = min(inside, key=lambda word: (spaced.index(f" {word} "), -len(word)))
        return Meaning(words[first], is_sure=len({words[word] for word in inside}) == 1)

    def _unit(self, spelling: str) -> Meaning | None:
        kind, name = _without_prefix(spelling.split(",")[0].split("(")[0].split(" - ")[0])
        named = self._units.get(name, [])
        of_kind = [unit for unit in named if unit.type == kind] if kind else named
        valid = [unit for unit in of_kind if unit.valid_on(self._day)]
        if valid:
            return self._one_of(valid)
        former = [unit for unit in of_kind if not unit.valid_on(self._day)]
        if former:
            return self._successor(former)
        valid = [unit for unit in named if unit.valid_on(self._day)]
        return Meaning(self._one_of(valid).id, is_sure=False) if valid else None

    def _one_of(self, units: list[Unit]) -> Meaning:
        used = [unit for unit in units if unit.id in self._used] or units
        return Meaning(used[0].id, is_sure=len(used) == 1)

    def _successor(self, former: list[Unit]) -> Meaning | None:
        """Return the present unit that succeeds an abolished one."""
        ends = [(unit, end) for unit in former if (end := self._end_of(unit.id)) is not None]
        if not ends:
            return None
        used = [successor for successor in ends if successor[1][0] in self._used] or ends
        unit, (end_id, is_whole) = used[0]
        return Meaning(end_id, is_whole and len({successor[1][0] for successor in used}) == 1, unit.vi)

    def _end_of(self, unit_id: str) -> tuple[str, bool] | None:
        """Return the last unit of a chain of reforms, and whether the whole unit became part of it."""
        is_whole = True
        for _ in range(10):
            unit = self._lists.units.get(unit_id)
            if unit is not None and unit.valid_on(self._day):
                return unit_id, is_whole
            steps = self._lists.successors(unit_id)
            chosen = next((step for step in steps if step.is_default), None)
            if chosen is None:
                return None
            is_whole = is_whole and len(steps) == 1
            unit_id = chosen.target
        return None


def _without_prefix(name: str) -> tuple[str | None, str]:
    """Return the kind of unit in a name's prefix, and the folded name without the prefix."""
    words = " ".join(words_of(name))
    for prefix, kind in _PREFIXES.items():
        if words.startswith(f"{prefix} "):
            return kind, words.removeprefix(f"{prefix} ")
    return None, words
