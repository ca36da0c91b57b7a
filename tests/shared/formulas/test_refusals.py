"""A formula that says what it may not is refused with its fault and its column."""

import pytest

from field178_shared.codelists import load
from field178_shared.codelists.formulas import ListVocabulary
from field178_shared.formulas.figures import compile_formula
from field178_shared.formulas.parse import parse
from field178_shared.formulas.syntax_tree import FormulaError, FormulaFault, written

TERMS = {
    "establishment": {
        "workers": parse("latest(worker_count, workers_total)"),
        "round": parse("min(about, 3)"),
        "about": parse("max(round, 1)"),
    }
}

REFUSED = {
    "": FormulaFault.NOT_READABLE,
    "count(": FormulaFault.NOT_READABLE,
    "(" * 21 + "1" + ")" * 21: FormulaFault.NOT_READABLE,
    "count(session)" + " + 1" * 200: FormulaFault.NOT_READABLE,
    "1.5": FormulaFault.NOT_ALLOWED,
    "True": FormulaFault.NOT_ALLOWED,
    "-count(session)": FormulaFault.NOT_ALLOWED,
    "count(session) / 2": FormulaFault.NOT_ALLOWED,
    "session.unit_id": FormulaFault.NOT_ALLOWED,
    "(lambda: 1)()": FormulaFault.NOT_ALLOWED,
    "[x for x in session]": FormulaFault.NOT_ALLOWED,
    "count(*session)": FormulaFault.NOT_ALLOWED,
    "count(session, which=1)": FormulaFault.NOT_ALLOWED,
    "1 < count(session) < 3": FormulaFault.NOT_ALLOWED,
    "session": FormulaFault.NOT_ALLOWED,
    "__import__('os')": FormulaFault.UNKNOWN_FUNCTION,
    "sum(session)": FormulaFault.UNKNOWN_FUNCTION,
    "count(meeting)": FormulaFault.UNKNOWN_SOURCE,
    "count(establishment, where=any(media_post))": FormulaFault.UNKNOWN_SOURCE,
    "total(session, summary)": FormulaFault.UNKNOWN_FIELD,
    "count(inspection, where=worker_names == 'x')": FormulaFault.UNKNOWN_FIELD,
    "total(establishment, turnover)": FormulaFault.UNKNOWN_FIELD,
    "count(inspection, where=access_result == 'invited')": FormulaFault.UNKNOWN_VALUE,
    "count(inspection, where=access_result in ['inspected', 'invited'])": FormulaFault.UNKNOWN_VALUE,
    "count(session, where=any_of(topic_ids, ['hiv']))": FormulaFault.UNKNOWN_VALUE,
    "count(inspection, where=pv_commitment == 'perhaps')": FormulaFault.UNKNOWN_VALUE,
    "count()": FormulaFault.WRONG_ARGUMENTS,
    "count(session, outreach_form_id)": FormulaFault.WRONG_ARGUMENTS,
    "total(session)": FormulaFault.WRONG_ARGUMENTS,
    "total(session, outreach_form_id)": FormulaFault.WRONG_ARGUMENTS,
    "distinct(session, unallocated)": FormulaFault.WRONG_ARGUMENTS,
    "count(session, by=unallocated)": FormulaFault.WRONG_ARGUMENTS,
    "count(session, where=unallocated)": FormulaFault.WRONG_ARGUMENTS,
    "count(session, where=outreach_form_id < 'x')": FormulaFault.WRONG_ARGUMENTS,
    "count(session, where=unallocated == 'x')": FormulaFault.WRONG_ARGUMENTS,
    "each(year, count(session))": FormulaFault.WRONG_ARGUMENTS,
    "each(commune)": FormulaFault.WRONG_ARGUMENTS,
    "count(commune, by=unit)": FormulaFault.WRONG_ARGUMENTS,
    "total(establishment, latest(worker_count))": FormulaFault.WRONG_ARGUMENTS,
    "total(establishment, round)": FormulaFault.CYCLE,
}


def compiled(text: str):
    return compile_formula(text, ListVocabulary(load()), TERMS)


@pytest.mark.parametrize(("text", "fault"), REFUSED.items())
def test_invalid_formula_is_refused_with_its_fault(text: str, fault: FormulaFault) -> None:
    with pytest.raises(FormulaError) as refused:
        compiled(text)
    assert refused.value.fault is fault


def test_a_refusal_names_the_place() -> None:
    with pytest.raises(FormulaError) as refused:
        compiled("count(session) + count(meeting)")
    assert (refused.value.detail, refused.value.column) == ("meeting", 24)


def test_cycle_is_reported_whole() -> None:
    with pytest.raises(FormulaError) as refused:
        compiled("total(establishment, round)")
    assert refused.value.detail == "round → about → round"


@pytest.mark.parametrize(
    "text",
    [
        "count(session, where=not known(unallocated) or channel == 'digital', by=outreach_form_id)",
        "each(commune, total(establishment, workers) - 2 * count(session))",
        "count(establishment, where='owners_managers' in ['owners_managers'] and any(talk))",
    ],
)
def test_rewritten_formula_is_equivalent(text: str) -> None:
    tree = parse(text)
    assert parse(written(tree)) == tree
    assert compiled(written(tree)).aggregates == compiled(text).aggregates


def test_equal_parts_of_formulas_are_one_aggregate() -> None:
    compiled_formula = compiled("min(count(session), each(commune, count( session )))")
    assert [aggregate.key for aggregate in compiled_formula.aggregates] == ["count(session)"]
