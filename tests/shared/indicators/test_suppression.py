"""Hidden numbers of random tables against whoever adds up and takes away what is shown beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared.indicators.attacker import Attacker
from tests.shared.indicators.identities import identities

from field178_shared.codelists import Indicator, load
from field178_shared.formulas.sources import ENTITIES, SOURCES
from field178_shared.indicators.figures import FigureValue
from field178_shared.indicators.suppression import (
    SMALLEST_SHOWN,
    HiddenPlaces,
    counts_people,
    hidden_cells,
    hidden_kinds_beside_shown,
    indicators_of_all,
    is_hidden,
    is_shown_of_whole_years,
    is_small,
    is_sum_of_fines,
    names_nobody,
    shares_beside,
    shows_parts,
)
from field178_shared.list_packs import TABLES, ListPack
from field178_shared.list_packs.pack import files_with, lists_with

Rule = Callable[[Collection[float]], frozenset[int]]
FEW = st.integers(0, 9)
SHARES = ("inspected_once_pct", "violation_rate_pct", "owners_reached_pct", "commitment_pct")


def test_one_to_four_is_small_and_nothing_is_not() -> None:
    assert [number for number in (None, 0, 1, 4, 5, 12.5) if is_small(number)] == [1, 4]


@pytest.mark.parametrize(
    ("numbers", "hidden"),
    [
        ((), set()),
        ((5, 9, 0), set()),
        ((3,), {0}),
        ((3, 0), {0}),
        # 17 less 9 and 6 would be the 2 that is hidden.
        ((9, 2, 6), {1, 2}),
        # Two numbers of one to four with the sum four reveal too much: a third is hidden too.
        ((1, 3, 30), {0, 1, 2}),
        ((1, 4, 30), {0, 1}),
    ],
)
def test_hidden_cells_stand_together_for_five_or_more(numbers: tuple[int, ...], hidden: set[int]) -> None:
    assert hidden_cells(numbers) == hidden


def leaks_of_table(numbers: Sequence[int], rule: Rule, mark: tuple[float, float]) -> set[Hashable]:
    """Return the small cells that the total and what is shown give away; `mark`: what a hidden cell says."""
    attacker, hidden = Attacker(), rule(numbers)
    for place, number in enumerate(numbers):
        if place in hidden:
            attacker.unknown(place, *mark)
        else:
            attacker.sees(place, number)
    attacker.sees("total", sum(numbers))
    attacker.adds_up("total", range(len(numbers)))
    return set(attacker.leaks({place: numbers[place] for place in hidden if is_small(numbers[place])}))


def small_alone(numbers: Collection[float]) -> frozenset[int]:
    return frozenset(place for place, number in enumerate(numbers) if is_small(number))


def test_attacker_breaks_a_table_without_complementary_cells() -> None:
    """The planted leaks: one small cell by itself, and several whose mark says too much."""
    anything = (0, float("inf"))
    assert leaks_of_table((9, 2, 6), small_alone, anything) == {1}
    assert leaks_of_table((9, 2, 6), hidden_cells, anything) == set()
    # Five communes with one each, marked "under 5": none can have more than one.
    assert leaks_of_table((1, 1, 1, 1, 1), hidden_cells, (1, 4)) == {0, 1, 2, 3, 4}
    assert leaks_of_table((4, 4), hidden_cells, (1, 4)) == {0, 1}
    assert leaks_of_table((4, 4), hidden_cells, anything) == set()


@given(st.lists(FEW, min_size=1, max_size=8).filter(lambda numbers: not is_small(sum(numbers))))
def test_no_table_gives_a_hidden_cell_away(numbers: list[int]) -> None:
    assert leaks_of_table(numbers, hidden_cells, (0, float("inf"))) == set()


def figure(num: float, den: float | None = None) -> FigureValue:
    return FigureValue(num, den, num, num, num, {})


@given(st.lists(FEW, min_size=12, max_size=12))
def test_parts_of_a_year_give_no_part_away(months: list[int]) -> None:
    """The months, quarters and halves of a year of daily counts, each shown as a whole or not at all."""
    attacker, secret = Attacker(), {}
    below: Sequence[Hashable] = ()
    for length in (1, 3, 6, 12):
        numbers = [sum(months[begin : begin + length]) for begin in range(0, 12, length)]
        keys = [(length, place) for place in range(len(numbers))]
        secret |= dict(zip(keys, numbers, strict=True))
        is_shown = shows_parts([figure(number) for number in numbers])
        for key, number in zip(keys, numbers, strict=True):
            if is_shown:
                attacker.sees(key, number)
            elif length == 12:
                attacker.unknown(key, 1, 4)
        step = len(below) // len(keys) if below else 0
        for place, key in enumerate(keys if step else ()):
            attacker.adds_up(key, below[place * step : (place + 1) * step])
        below = keys
    # A small number of a year is shown as small only, and everyone in a month is in the year.
    if is_small(secret[12, 0]):
        return
    hidden = {key: number for key, number in secret.items() if is_small(number)}
    assert attacker.leaks(hidden) == {}


def floor(number: int) -> int:
    return number // SMALLEST_SHOWN * SMALLEST_SHOWN


def exactly(number: int) -> int:
    return number


def learned_from_two_readings(
    before: Sequence[int], after: Sequence[int], shown: Callable[[int], int], *, are_communes: bool
) -> set[Hashable]:
    """Return what was added to parts and to their total from one reading to the next, where it is told.

    A reader notes both tables, and knows that nothing is taken away from what was counted. Parts are
    communes, or parts of a year: the last of them lasts and is not shown, the others change no more.
    """
    attacker, added, places = Attacker(), {}, range(len(before))
    for at, numbers in ((1, before), (2, after)):
        total = sum(numbers)
        if are_communes:
            # Nothing is shown as nothing: what is hidden is not.
            hidden, least, over = hidden_cells(numbers), 1, frozenset[int]()
        else:
            hidden, least, over = frozenset(places[-1:]), 0, frozenset(places[:-1])
        if is_small(total) or not (are_communes or shows_parts([figure(number) for number in numbers])):
            hidden, least = frozenset(places), 0
        for place in hidden:
            attacker.unknown((at, place), least)
        for place in (place for place in places if place not in hidden):
            attacker.unknown((at, place), *span_of(numbers[place], shown))
        attacker.unknown((at, "total"), *span_of(total, shown))
        attacker.adds_up((at, "total"), [(at, place) for place in places])
        for place in over if at > 1 else ():
            attacker.knows({(2, place): 1.0, (1, place): -1.0})
    for place in (*places, "total"):
        attacker.knows({(2, place): 1.0, (1, place): -1.0, ("added", place): -1.0})
        added["added", place] = float(
            sum(after) - sum(before) if place == "total" else after[int(place)] - before[int(place)]
        )
    return set(attacker.leaks({key: number for key, number in added.items() if is_small(number)}))


def span_of(number: int, shown: Callable[[int], int]) -> tuple[int, int]:
    """Return between which bounds a number is known that is shown: one to four as no more than that."""
    if is_small(number):
        return 1, SMALLEST_SHOWN - 1
    return shown(number), shown(number) + (SMALLEST_SHOWN - 1 if shown is floor and number else 0)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        # A total that changed by one record, and the commune that did.
        ((9, 20), (10, 20), exactly),
        # Rounded down, communes that pass a multiple of five reveal each other: they are hidden.
        ((19, 14, 7), (20, 15, 9), floor),
    ],
)
def test_attacker_computes_the_difference_of_two_readings_of_communes(
    before: Sequence[int], after: Sequence[int], shown: Callable[[int], int]
) -> None:
    """Two pages read with the planted bugs give a small number away."""
    assert ("added", 0) in learned_from_two_readings(before, after, shown, are_communes=True)


@given(st.lists(st.integers(0, 14), min_size=2, max_size=6), st.integers(0, 9))
def test_two_readings_of_an_unfinished_year_reveal_no_small_number(months: list[int], more: int) -> None:
    after = [*months[:-1], months[-1] + more]
    assert learned_from_two_readings(months, after, floor, are_communes=False) == set()
    if is_small(more) and sum(months) >= SMALLEST_SHOWN:
        assert learned_from_two_readings(months, after, exactly, are_communes=False)


@st.composite
def communes(draw: st.DrawFn) -> dict[str, list[int]]:
    """Return what the formulas of some shares count in each commune, parts within their wholes."""
    lists = load()
    count = draw(st.integers(2, 6))
    numbers_of: dict[str, list[int]] = {}

    def numbers(formula: str) -> list[int]:
        if formula not in numbers_of:
            wholes = {
                indicator.denominator
                for indicator in map(lists.indicators.__getitem__, SHARES)
                if indicator.numerator == formula
            }
            limits = [numbers(whole) for whole in sorted(filter(None, wholes))]
            most = [min((limit[place] for limit in limits), default=12) for place in range(count)]
            numbers_of[formula] = [draw(st.integers(0, limit)) for limit in most]
        return numbers_of[formula]

    for share in SHARES:
        for formula in (lists.indicators[share].numerator, lists.indicators[share].denominator):
            assert formula is not None
            numbers(formula)
    return numbers_of


class SharesByCommune:
    """Pages of several shares with the same denominators: by commune, and in all."""

    def __init__(self, numbers: dict[str, list[int]]) -> None:
        self.lists, self.numbers, self.attacker = load(), numbers, Attacker()
        self.shown = [
            self.lists.indicators[indicator_id] for indicator_id in (*SHARES, "establishments_total")
        ]
        self.seen: set[Hashable] = set()
        self.places = HiddenPlaces(self.lists, lambda formula: numbers[plain(formula)])

    def shows(self, indicator: Indicator) -> None:
        formulas = [
            plain(formula) for formula in (indicator.numerator, indicator.denominator) if formula is not None
        ]
        sums = [float(sum(self.numbers[formula])) for formula in formulas]
        if is_hidden(self.lists, indicator, figure(*sums)):
            return
        hidden = self.places.of(indicator)
        for formula, total in zip(formulas, sums, strict=True):
            cells = {
                place: number for place, number in enumerate(self.numbers[formula]) if place not in hidden
            }
            for place, number in {**cells, "total": total}.items():
                self.attacker.sees((formula, place), number)
                self.seen.add((formula, place))

    def hangs_together(self) -> None:
        for formula, of_formula in self.numbers.items():
            self.attacker.adds_up((formula, "total"), [(formula, place) for place in range(len(of_formula))])
        for indicator in self.shown:
            if indicator.denominator:
                for place in (*range(len(self.numbers[indicator.denominator])), "total"):
                    self.attacker.is_part((indicator.numerator, place), (indicator.denominator, place))


def plain(formula: str) -> str:
    return formula.replace(", by=national_group", "")


@given(communes())
def test_shares_of_communes_give_no_commune_away(numbers: dict[str, list[int]]) -> None:
    pages = SharesByCommune(numbers)
    for indicator in pages.shown:
        pages.shows(indicator)
    pages.hangs_together()
    cells = {(formula, place): number for formula, row in numbers.items() for place, number in enumerate(row)}
    small = {key: float(number) for key, number in cells.items() if is_small(number)}
    assert not pages.seen & small.keys()
    assert pages.attacker.leaks(small) == {}


def indicator(indicator_id: str) -> Indicator:
    return load().indicators[indicator_id]


def test_sessions_and_posts_are_nobody_and_attendances_are_people() -> None:
    lists = load()
    assert names_nobody(lists, indicator("sessions_total"))
    assert names_nobody(lists, indicator("media_posts_total"))
    for indicator_id in ("attendances_total", "workers_reached_pct", "establishments_total", "visits_total"):
        assert counts_people(lists, indicator(indicator_id))
    assert not counts_people(lists, indicator("census_commune_pct"))
    assert not names_nobody(lists, indicator("census_commune_pct"))


def test_each_kind_has_its_meaning_reason_and_source() -> None:
    lists = load()
    kinds = lists.privacy.small_counts.kinds
    assert set(kinds) == set(SOURCES) | set(ENTITIES)
    for kind in kinds.values():
        assert {kind.rows, kind.numbers} <= {"person", "establishment", "case", "document", "thing", "money"}
        assert kind.reason
        assert kind.source in lists.legal_sources
    assert [indicator.id for indicator in lists.indicators.values() if is_sum_of_fines(lists, indicator)] == [
        "fines_amount"
    ]


def test_indicator_of_hidden_and_shown_kinds_is_shown_of_whole_years() -> None:
    lists = load()
    mixed = {
        indicator.id for indicator in lists.indicators.values() if hidden_kinds_beside_shown(lists, indicator)
    }
    assert mixed == {"sync_within_24h_pct", "returned_records_pct"}
    assert all(counts_people(lists, indicator(indicator_id)) for indicator_id in mixed)
    assert all(
        is_shown_of_whole_years(lists, indicator(indicator_id)) for indicator_id in {*mixed, "fines_amount"}
    )
    assert not is_shown_of_whole_years(lists, indicator("visits_total"))
    assert "visits_total" in indicators_of_all(
        lists, hidden_kinds_beside_shown(lists, indicator("returned_records_pct"))
    )


def test_identities_between_indicators_are_found_in_random_districts() -> None:
    together = [{text.partition(",")[0].rstrip(")") for text in identity} for identity in identities()]
    assert {"count(filed_record", "count(inspection", "count(session"} in together


def test_a_share_that_leaves_out_a_few_is_hidden() -> None:
    lists, share = load(), indicator("inspected_once_pct")
    assert is_hidden(lists, share, figure(38, 40))
    assert not is_hidden(lists, share, figure(40, 40))
    assert not is_hidden(lists, share, figure(30, 40))


def test_wholes_of_wholes_decide_too() -> None:
    shares = shares_beside(load(), indicator("violation_rate_pct"))
    assert {"violation_rate_pct", "inspected_once_pct"} <= shares


def test_redefined_indicator_of_people_is_hidden_whatever_its_number() -> None:
    """A formula of the office multiplies few workers by a thousand, or answers yes or no by it."""
    rows = TABLES["indicators.items"].rows(files_with(ListPack()))
    some = rows["workers_attendances"]
    plain = some["num"]
    changed = {
        "times": {"num": f"1000 * {plain}"},
        "more": {"num": f"{plain} + 700"},
        "answer": {"num": f"1000 * {plain}", "unit": "có/không"},
        "communes": {"num": plain, "den": "count(commune)"},
        "sessions": {"num": "count(session)"},
    }
    given = {name: {**some, **row, "id": name} for name, row in changed.items()}
    lists = lists_with(ListPack().with_rows({"indicators.items": given}))
    many = figure(3000)
    assert {name for name in changed if is_hidden(lists, lists.indicators[name], many)} == {
        "times",
        "more",
        "answer",
        "communes",
    }
    assert not is_hidden(lists, lists.indicators["workers_attendances"], many)
