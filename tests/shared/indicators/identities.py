"""Identities between the numbers of indicators, found in random districts and not listed by hand.

A reader who has seen many tables finds them as we do here: what is true in every month of every commune.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

from tests.shared.indicators.conftest import TODAY, UNIT, YEAR, record, session, visit

from field178_shared.codelists import CodeLists, load
from field178_shared.formulas.figures import Formula
from field178_shared.indicators.areas import area_on
from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.facts import Facts
from field178_shared.indicators.figures import AreaTotals

Identity = Mapping[str, Fraction]
_DISTRICTS, _RECORDS = 8, 60


def events_of(lists: CodeLists) -> dict[str, Formula]:
    """Return the formulas that count or add up events: these add up over communes and months."""
    formulas = [formula for figure in lists.figures.values() for formula in figure.formulas]
    return {
        formula.text: formula
        for formula in formulas
        if len(formula.aggregates) == 1
        and not formula.aggregates[0].is_of_entities
        and "each(" not in formula.text
    }


@cache
def identities() -> tuple[Identity, ...]:
    """Return a basis of the formulas' linear identities that hold in every month of random districts."""
    lists = load()
    formulas, rows = events_of(lists), list[list[Fraction]]()
    for seed in range(_DISTRICTS):
        facts = Facts(lists, _district(random.Random(seed)), TODAY, None)
        for month in YEAR.in_parts(1):
            area = area_on(lists, (UNIT,), YEAR.first)
            totals = AreaTotals(facts.counts_of, area, month, TODAY)
            rows.append([Fraction(formula.run(totals) or 0) for formula in formulas.values()])
    names = list(formulas)
    # A formula that is always zero has no data here and reveals no identity.
    made = [place for place in range(len(names)) if any(row[place] for row in rows)]
    basis = _null_space([[row[place] for place in made] for row in rows])
    return tuple(
        {names[made[place]]: factor for place, factor in enumerate(vector) if factor} for vector in basis
    )


def _null_space(rows: Sequence[Sequence[Fraction]]) -> Iterator[list[Fraction]]:
    """Yield basis vectors of the null space of the rows, by exact elimination."""
    left, pivots = [list(row) for row in rows], list[int]()
    width = len(rows[0])
    for column in range(width):
        pivot_row = next((row for row in range(len(pivots), len(left)) if left[row][column]), None)
        if pivot_row is None:
            continue
        place = len(pivots)
        left[place], left[pivot_row] = left[pivot_row], left[place]
        left[place] = [cell / left[place][column] for cell in left[place]]
        for other in range(len(left)):
            if other != place and (factor := left[other][column]):
                left[other] = [a - factor * b for a, b in zip(left[other], left[place], strict=True)]
        pivots.append(column)
    for free in (column for column in range(width) if column not in pivots):
        vector = [Fraction(0)] * width
        vector[free] = Fraction(1)
        for place, pivot in enumerate(pivots):
            vector[pivot] = -left[place][free]
        yield vector


def _district(chance: random.Random) -> list[CountedRecord]:
    return [_visit(chance, n) if chance.random() < 0.6 else _session(chance, n) for n in range(_RECORDS)] + [
        _other(chance, number) for number in range(_RECORDS)
    ]


def _day(chance: random.Random) -> str:
    return f"2024-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"


def _filed(chance: random.Random, made: CountedRecord, day: str) -> CountedRecord:
    data = {**made.data, "filed_at": f"{day}T13:00:00Z"}
    return replace(made, data=data, was_reviewed=True, was_returned=chance.random() < 0.4)


def _visit(chance: random.Random, number: int) -> CountedRecord:
    day, lists = _day(chance), load()
    made = visit(
        f"v{number}",
        day,
        inspection_kind=chance.choice(["planned", "unannounced", "recheck"]),
        access_result=chance.choice(["inspected", "refused"]),
        overall_result=chance.choice(["compliant", "violation_recorded", "reminded"]),
    )
    violations, measures = sorted(lists.violations), ["warning", "fine_money", "reminder"]
    findings, taken, due = (range(chance.randint(0, 3)) for _ in range(3))
    parts: dict[str, Any] = {
        "findings": {f"f{number}": {"violation_id": chance.choice(violations)} for number in findings},
        "measures": {
            f"m{number}": {"measure_id": chance.choice(measures), "amount_vnd": chance.randint(1, 9)}
            for number in taken
        },
        "follow_ups": {
            f"u{number}": {"text": "x", "due_on": day, "status": chance.choice(["open", "fixed"])}
            for number in due
        },
    }
    return _filed(chance, replace(made, data={**made.data, **parts}), day)


def _session(chance: random.Random, number: int) -> CountedRecord:
    day, lists = _day(chance), load()
    audiences = {
        audience: {"attendance_count": chance.randint(0, 9), "first_time_count": chance.randint(0, 4)}
        for audience in chance.sample(sorted(lists.audiences), 3)
    }
    made = session(
        f"s{number}",
        day,
        outreach_form_id=chance.choice(sorted(lists.forms)),
        topic_ids=chance.sample(["drug_prevention", "hiv_aids", "prostitution_law"], chance.randint(0, 2)),
        channel=chance.choice(["digital", "in_person"]),
        audiences=audiences,
        materials={"other": {"quantity": chance.randint(0, 9)}},
    )
    return _filed(chance, made, day)


def _other(chance: random.Random, number: int) -> CountedRecord:
    month = f"2024-{chance.randint(1, 12):02d}"
    counts = {
        name: chance.randint(0, 9)
        for name in (
            "tipoffs_received",
            "tipoffs_processed",
            "cases_uncovered",
            "cases_prosecuted",
            "cases_tried",
            "quantity",
            "count",
            "units_supervised",
            "recommendations",
            "recommendations_done",
            "item_count",
            "allocated_vnd",
            "spent_vnd",
            "duration_minutes",
            "broadcast_times",
        )
    }
    types = (
        "agency_return",
        "harm_reduction_return",
        "commendation",
        "supervision",
        "budget_line",
        "media_post",
    )
    days = dict.fromkeys(("granted_on", "concluded_on", "published_on", "corrected_on"), f"{month}-05")
    data = {"unit_id": UNIT, "agency_id": "dist_police", "month": month, "year": 2024, **days, **counts}
    return record(chance.choice(types), f"o{number}", data)
