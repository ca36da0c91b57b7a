"""All that an external reader sees of a year, put together to find out what is hidden.

Unknown are the numbers of the office; known is what pages print of them, and how they hang together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, cached_property
from urllib.parse import urlencode

import pytest
from lxml import html
from tests.server.console.conftest import Browser
from tests.server.console.exports.test_pages import Exports
from tests.server.office_scene import Office
from tests.shared.indicators.attacker import Attacker
from tests.shared.indicators.identities import events_of, identities

from field178_server.database.unit_of_work import snapshot
from field178_server.office.indicators import external_view
from field178_server.office.indicators.areas import areas_seen
from field178_server.office.indicators.counted_facts import (
    CountedFacts,
    FigureQuestion,
    parts_of_area,
    read_facts,
)
from field178_server.office.indicators.numbers import split_of
from field178_server.records.lists_in_force import stored_pack
from field178_shared.codelists import Indicator
from field178_shared.codelists.indicators import PERCENT
from field178_shared.formulas.figures import Formula
from field178_shared.formulas.sources import COMMUNE
from field178_shared.indicators.periods import Period
from field178_shared.indicators.reporting import PERIOD_NAMES, named_period
from field178_shared.indicators.suppression import (
    SMALLEST_SHOWN,
    counts_people,
    hidden_kinds_beside_shown,
    is_small,
)
from field178_shared.list_packs import lists_with
from field178_shared.time.clock import local_date

CITY = "gl13"
UNDER_FIVE, NOT_SHOWN = "dưới 5", "không hiện"
UNKNOWN = ("chưa gửi", "chưa thống kê")
_NUMBER = re.compile(r"\d[\d.]*(,\d+)?")
_RANGE = re.compile(r"([\d,]+)–([\d,]+)%")
_COVERAGE = re.compile(r"đếm ([\d.]+) trên ([\d.]+) ")
SignIn = Callable[[str], Browser]


@dataclass
class Reader:
    """A reader of pages, what the pages said, and what the office knows; a key is formula, unit and days."""

    browser: Browser
    facts: CountedFacts
    attacker: Attacker = field(default_factory=Attacker)
    seen: dict[Hashable, float] = field(default_factory=dict)
    secrets: dict[Hashable, float] = field(default_factory=dict)

    @cached_property
    def indicators(self) -> list[Indicator]:
        lists = self.facts.question.lists
        return [indicator for indicator in lists.indicators.values() if counts_people(lists, indicator)]

    def rounded_by(self, period: Period) -> int:
        """Return how much more a number may be than is shown of it."""
        question = replace(self.facts.question, period=period)
        return SMALLEST_SHOWN - 1 if question.is_unfinished else 0

    def formulas(self, indicator: Indicator) -> Iterator[tuple[str, Formula]]:
        figure = self.facts.question.lists.figures[indicator.id]
        yield "num", figure.numerator
        if figure.denominator is not None:
            yield "den", figure.denominator

    def secret(self, formula: Formula, unit: str, period: Period) -> float:
        """Return the number that the office counts, counted once for each formula, area and period."""
        key = (formula.text, unit, period)
        if key not in self.secrets:
            self.secrets[key] = self._counted(formula, unit, period)
        return self.secrets[key]

    def _counted(self, formula: Formula, unit: str, period: Period) -> float:
        parts = parts_of_area(self.facts.area)
        if unit in parts or unit == self.whole(self.facts.question.period):
            return self.facts.number(formula, period, parts.get(unit, self.facts.area))
        return self.facts.number(formula, period, self._question(period).area)

    def whole(self, period: Period) -> str:
        """Return the area that the pages of a period show: a reform changes it within a year."""
        return next(iter(self._areas(period)))

    def _question(self, period: Period) -> FigureQuestion:
        return replace(self.facts.question, period=period, unit_ids=self._areas(period)[self.whole(period)])

    def _areas(self, period: Period) -> Mapping[str, tuple[str, ...]]:
        last_day = period.end - timedelta(days=1)
        return areas_seen("city_viewer", (), self.facts.question.lists, last_day)

    def takes(self, formula: Formula, unit: str, period: Period, text: str) -> None:
        """Take in what stands in a cell."""
        key = (plain(formula), unit, period)
        if text.startswith(UNDER_FIVE):
            self.attacker.unknown(key, 1, 4)
        elif digits := _NUMBER.match("0" if text in UNKNOWN else text.removeprefix("≥ ")):
            # A missing number adds nothing: it reveals as much as a zero.
            number = float(digits[0].replace(".", "").replace(",", "."))
            secret, spread = self.secret(formula, unit, period), self.rounded_by(period) if number else 0
            assert number <= secret <= number + spread, (key, text)
            self.seen[key] = number
            self.attacker.unknown(key, number, number + spread)
        else:
            assert text in (NOT_SHOWN, "—"), text

    def reads_figures(self, year: int, name: str) -> None:
        page = html.fromstring(self.browser.text(f"/indicators?{urlencode({'year': year, 'period': name})}"))
        for indicator in self.indicators:
            (link,) = page.xpath(
                f"//h3/a[contains(@href, '/{indicator.id}?')] | //th/a[contains(@href, '/{indicator.id}?')]"
            )
            (box,) = link.xpath("ancestor::article | ancestor::tr")
            period = named_period(self.facts.question.lists, year, name)
            self._figure(indicator, box, self.whole(period), period)

    def reads_parts(self, indicator: Indicator, year: int) -> None:
        page = html.fromstring(self.browser.text(f"/indicators/{indicator.id}?year={year}"))
        units = {self._label(unit): unit for unit in parts_of_area(self.facts.area)}
        period = Period.of_year(year)
        whole = self.whole(period)
        for row in page.xpath("//section[@aria-labelledby='trend-title']//tbody/tr"):
            title, *cells = (cell.text_content() for cell in row)
            month = named_period(self.facts.question.lists, year).first.replace(month=int(title[:2]))
            (part,) = [part for part in period.in_parts(1) if part.first == month]
            days = part if indicator.denominator is None else Period(period.first, part.end)
            for (_, formula), text in zip(self.formulas(indicator), cells, strict=False):
                self.takes(formula, whole, days, text)
        for row in page.xpath("//section[@aria-labelledby='communes-title']//tbody/tr"):
            title, *cells = (cell.text_content() for cell in row)
            for (_, formula), text in zip(self.formulas(indicator), cells, strict=False):
                self.takes(formula, units[title], period, text)
        for side, formula in self.formulas(indicator):
            if split_of(formula) == COMMUNE:
                self._parts_of_number(indicator, side, formula, units, period)

    def reads_export(self, office: Office, year: int, name: str) -> None:
        """Take in the file of a period, which holds no number that no page shows."""
        data = Exports(self.browser, office).file("figures", "geojson", year=str(year), period=name)
        before, period = dict(self.seen), named_period(self.facts.question.lists, year, name)
        for row in (feature["properties"] for feature in json.loads(data)["features"]):
            indicator = self.facts.question.lists.indicators[row["indicator"]]
            for side, formula in self.formulas(indicator) if indicator in self.indicators else ():
                text = "—" if row[side] is None else f"{row[side]:.0f}"
                self.takes(formula, row["area_code"], period, text)
            bounds = (
                {row["low"], row["high"]}
                if indicator in self.indicators and indicator.unit == PERCENT
                else set()
            )
            assert len(bounds) < 2 or all(bound % SMALLEST_SHOWN == 0 for bound in bounds), row
        # Pages show a share without a denominator as such.
        assert {key: number for key, number in self.seen.items() if key not in before and number} == {}

    def _parts_of_number(
        self, indicator: Indicator, side: str, formula: Formula, units: dict[str, str], period: Period
    ) -> None:
        path = f"/indicators/{indicator.id}/records?year={period.first.year}&side={side}"
        for row in html.fromstring(self.browser.text(path)).xpath("//table//tbody/tr"):
            title, text = (cell.text_content() for cell in row)
            self.takes(formula, units[title], period, text)

    def _figure(self, indicator: Indicator, box: html.HtmlElement, whole: str, period: Period) -> None:
        self._takes_bounds(indicator, box.text_content(), whole, period)
        value = box.xpath(".//strong")[0].text_content()
        if indicator.denominator is None:
            self.takes(self.facts.question.lists.figures[indicator.id].numerator, whole, period, value)
            return
        for side, formula in self.formulas(indicator):
            links = box.xpath(f".//a[contains(@href, 'side={side}')]")
            self.takes(formula, whole, period, links[0].text_content().strip() if links else NOT_SHOWN)

    def _takes_bounds(self, indicator: Indicator, text: str, whole: str, period: Period) -> None:
        """Take in what a figure says of those who were not counted; its bounds are coarse."""
        for bounds in _RANGE.findall(text):
            assert all(float(bound.replace(",", ".")) % SMALLEST_SHOWN == 0 for bound in bounds), (
                indicator.id,
                bounds,
            )
        for numbers in _COVERAGE.findall(text):
            coverage = self.facts.question.lists.figures[indicator.id].coverage
            assert coverage is not None
            for formula, number in zip(coverage, numbers, strict=True):
                self.takes(formula, whole, period, number)

    def _label(self, unit: str) -> str:
        return self.facts.question.lists.units[unit].vi

    def puts_together(self, year: int) -> dict[Hashable, float]:
        """Know how numbers hang together; return the small ones that no page shows."""
        secret: dict[Hashable, float] = {}
        for indicator in self.indicators:
            for _, formula in self.formulas(indicator):
                secret |= self._numbers(formula, year, is_running=indicator.denominator is not None)
                self._knows_sums(formula, year)
        self._knows_parts_of_wholes(secret)
        self._knows_identities(year)
        # Numbers of all records are public: the identities find what they reveal of secret ones.
        mixed = {
            plain(formula)
            for indicator in self.indicators
            if hidden_kinds_beside_shown(self.facts.question.lists, indicator)
            for _, formula in self.formulas(indicator)
        }
        small = {
            key: number for key, number in secret.items() if is_small(number) and name_of(key) not in mixed
        }
        for key in small:
            self.attacker.unknown(key)
        return small

    def _knows_identities(self, year: int) -> None:
        """Know what hangs together across indicators, and all that is shown of what names nobody."""
        lists, period = self.facts.question.lists, Period.of_year(year)
        formulas = {plain(formula): formula for formula in events_of(lists).values()}
        hidden = {plain(formula) for indicator in self.indicators for _, formula in self.formulas(indicator)}
        cells = {
            *self._spans(year, is_running=False),
            *((unit, period) for unit in parts_of_area(self.facts.area)),
        }
        for identity in identities():
            terms: dict[str, float] = {}
            for text, factor in identity.items():
                name = plain(events_of(lists)[text])
                terms[name] = terms.get(name, 0) + float(factor)
            for cell in cells:
                numbers = {name: self.secret(formulas[name], *cell) for name in terms}
                # An identity that holds in some districts only is not known to hold here.
                if sum(terms[name] * number for name, number in numbers.items()):
                    continue
                for name in terms.keys() - hidden:
                    self.attacker.sees((name, *cell), numbers[name])
                self.attacker.knows({(name, *cell): factor for name, factor in terms.items() if factor})

    def _spans(self, year: int, *, is_running: bool) -> set[tuple[str, Period]]:
        """Return the areas and days that pages of a year may show a number of."""
        period = Period.of_year(year)
        named = {named_period(self.facts.question.lists, year, name) for name in PERIOD_NAMES}
        months = period.in_parts(1)
        each = [Period(period.first, month.end) for month in months] if is_running else months
        return {(self.whole(part), part) for part in named} | {(self.whole(period), part) for part in each}

    def _numbers(self, formula: Formula, year: int, *, is_running: bool) -> dict[Hashable, float]:
        period = Period.of_year(year)
        cells = self._spans(year, is_running=is_running)
        cells |= {(unit, period) for unit in parts_of_area(self.facts.area)}
        return {(plain(formula), *cell): self.secret(formula, *cell) for cell in cells}

    def _knows_sums(self, formula: Formula, year: int) -> None:
        period, name, is_one = Period.of_year(year), plain(formula), len(formula.aggregates) == 1
        if is_one and not formula.aggregates[0].is_of_entities:
            for area, days in self._spans(year, is_running=True):
                inside = [(name, area, month) for month in period.in_parts(1) if month.first in days]
                if len(inside) > 1:
                    self.attacker.adds_up((name, area, days), inside)
        if is_one or split_of(formula) == COMMUNE:
            communes = [(name, unit, period) for unit in parts_of_area(self.facts.area)]
            self.attacker.adds_up((name, self.whole(period), period), communes)

    def _knows_parts_of_wholes(self, secret: dict[Hashable, float]) -> None:
        for indicator in self.indicators:
            sides = [plain(formula) for _, formula in self.formulas(indicator)]
            if len(sides) < 2:
                continue
            cells = [key[1:] for key in secret if isinstance(key, tuple) and key[0] == sides[0]]
            pairs = [((sides[0], *cell), (sides[1], *cell)) for cell in cells if (sides[1], *cell) in secret]
            # An identity that holds for some only is not known to hold for all.
            if all(secret[part] <= secret[whole] for part, whole in pairs):
                for part, whole in pairs:
                    self.attacker.is_part(part, whole)


def name_of(key: Hashable) -> str:
    """Return the formula of a key."""
    assert isinstance(key, tuple)
    return str(key[0])


@cache
def plain(formula: Formula) -> str:
    """Return what a formula counts: told apart by a field or not, it is the same number."""
    return re.sub(r", by=\w+\)$", ")", formula.text)


@pytest.fixture
def reader_of(reads_as: SignIn, district: Office) -> Callable[[int], Reader]:
    def made(year: int) -> Reader:
        with snapshot(district.engine) as session:
            lists = lists_with(stored_pack(session, "main"))
            today = local_date(district.clock.now())
            period = Period.of_year(year)
            areas = areas_seen("city_viewer", (), lists, period.end - timedelta(days=1))
            question = FigureQuestion(lists, period, next(iter(areas.values())), today)
            facts = read_facts(session, "main", question, list(lists.indicators))
        return Reader(reads_as(CITY), facts)

    return made


def leaks_of(
    reader: Reader, year: int, office: Office | None = None, *, with_parts: bool = True
) -> dict[Hashable, tuple[float, float]]:
    for name in PERIOD_NAMES:
        reader.reads_figures(year, name)
    for indicator in reader.indicators if with_parts else ():
        reader.reads_parts(indicator, year)
    if office is not None:
        for name in PERIOD_NAMES:
            reader.reads_export(office, year, name)
    small = reader.puts_together(year)
    assert {key for key in small if key in reader.seen} == set()
    assert len(reader.seen) > 20, "pages that show nothing leak nothing"
    return reader.attacker.leaks(small)


# The files of a whole year hold what its pages hold: only those of the unfinished year are read each time.
@pytest.mark.parametrize(
    ("year", "with_files"),
    [(2024, False), (2025, True), pytest.param(2024, True, marks=pytest.mark.long)],
)
def test_pages_of_a_year_give_no_small_number_away(
    reader_of: Callable[[int], Reader], district: Office, year: int, with_files: bool
) -> None:
    assert leaks_of(reader_of(year), year, district if with_files else None) == {}


def test_attacker_finds_numbers_that_pages_disclose(
    reader_of: Callable[[int], Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page with the planted bug hides a quarter of one to four, and no other part of the year."""
    monkeypatch.setattr(external_view, "shows_parts", lambda figures, **_: True)
    assert leaks_of(reader_of(2024), 2024, with_parts=False)
