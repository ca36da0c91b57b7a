"""Command that prints the figures of a plan: `indicators`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import click

from field178_server.cli.context import Operator, operator_command, wants_json
from field178_server.cli.language import LANGUAGE, _
from field178_server.office.indicators.counted_facts import FigureQuestion
from field178_server.office.indicators.left_out import left_out
from field178_server.office.indicators.queries import IndicatorFigure, differences, figures
from field178_server.office.indicators.totals.operations import invalidate_counts, keep_period, settle
from field178_shared.codelists import Indicator, TargetProfile
from field178_shared.codelists.indicators import PERCENT
from field178_shared.indicators.figures import FigureValue
from field178_shared.indicators.left_out import left_out_sentences
from field178_shared.indicators.periods import Period
from field178_shared.indicators.verdicts import Reached, Verdict, reached
from field178_shared.text.formats import number_text
from field178_shared.time.clock import local_date


@click.command()
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help=_("Calendar year."))
@click.option("--profile", "profile_id", required=True, help=_("Plan whose area and targets are shown."))
@click.option("--recount", "is_recount", is_flag=True, help=_("Count every record anew and compare."))
@operator_command
def indicators(at: Operator, year: int, profile_id: str, is_recount: bool) -> None:
    """Print numerator, denominator, value, bounds, target and coverage of each indicator."""
    today = local_date(at.clock.now())
    profile = at.lists.target_profiles.get(profile_id)
    if profile is None:
        plans = ", ".join(at.lists.target_profiles)
        raise click.BadParameter(
            _("There is no such plan. There are: {plans}").format(plans=plans), param_hint="--profile"
        )
    units = tuple(unit.id for unit in at.lists.members_of(profile.unit_group)) if profile.unit_group else None
    arguments = (Period.of_year(year), units or tuple(at.lists.units), today)
    at.write(lambda session: keep_period(session, at.tenant_id, arguments[0], today))
    settle(at.engine, at.tenant_id, at.lists, today)
    if is_recount:
        _compare(at, *arguments)
    by_indicator = at.read(lambda session: figures(session, at.tenant_id, at.lists, *arguments))
    question = FigureQuestion(at.lists, *arguments)
    missing = at.read(lambda session: left_out(session, at.tenant_id, question))
    sentences = left_out_sentences(missing, at.lists, LANGUAGE)
    if wants_json():
        answer = {
            indicator_id: _plain(profile, indicator_id, figure)
            for indicator_id, figure in by_indicator.items()
        }
        if sentences:
            answer["left_out"] = {**missing.to_data(), "sentences": sentences}
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for indicator_id, figure in by_indicator.items():
        click.echo(
            _line(at.lists.indicators[indicator_id], figure, reached(profile, indicator_id, figure.approved))
        )
    for sentence in sentences:
        click.echo(sentence)


def _compare(at: Operator, period: Period, units: Sequence[str], today: date) -> None:
    """Compare the totals with all records; if they differ, count anew and raise ClickException."""
    wrong = at.read(lambda session: differences(session, at.tenant_id, at.lists, period, units, today))
    if not wrong:
        return
    at.write(lambda session: invalidate_counts(session, at.tenant_id))
    settle(at.engine, at.tenant_id, at.lists, today)
    text = _("The totals were wrong and are made anew: {indicators}")
    raise click.ClickException(text.format(indicators=", ".join(wrong)))


def _plain(profile: TargetProfile, indicator_id: str, figure: IndicatorFigure) -> dict[str, object]:
    value, waiting = figure.approved, figure.with_waiting
    target = reached(profile, indicator_id, value)
    return {
        "num": value.num,
        "den": value.den,
        "value": value.value,
        "low": value.low,
        "high": value.high,
        "target": None if target is None else target.target,
        "met": None if target is None else target.met,
        "verdict": None if target is None else target.verdict,
        "pending": {"num": waiting.num, "den": waiting.den, "value": waiting.value},
        **({"counted": [value.coverage.counted, value.coverage.every]} if value.coverage else {}),
        **({"sent": [value.sent.months, value.sent.ended]} if value.sent else {}),
        **({"by": value.breakdown} if value.breakdown else {}),
    }


def _line(indicator: Indicator, figure: IndicatorFigure, target: Reached | None) -> str:
    label, value = indicator.label(LANGUAGE), figure.approved
    if not value.is_sent:
        return _("{indicator}: not sent yet").format(indicator=label)
    parts = [] if value.den is None else [value.num, value.den]
    divided = f" ({'/'.join(number_text(part, LANGUAGE) for part in parts)})" if parts else ""
    line = f"{label}: {_value(value)} {indicator.unit}{divided}"
    if value.coverage is not None and value.is_uncounted:
        template = _("counted {counted} of {every}")
        line += f", {template.format(counted=value.coverage.counted, every=value.coverage.every)}"
    if value.is_open:
        line += ", " + _("unannounced visits are counted when they are made, or when their window is over")
    if target is None or target.verdict is Verdict.NO_FIGURE:
        return line
    target_text = f"{number_text(target.target, LANGUAGE)}{'%' if indicator.unit == PERCENT else ''}"
    verdict = _VERDICTS[target.verdict]()
    return _("{line}; target {target}: {verdict}").format(line=line, target=target_text, verdict=verdict)


def _value(value: FigureValue) -> str:
    if value.value is not None:
        text = number_text(value.value, LANGUAGE)
        return f"≥ {text}" if value.is_uncounted and value.high is None else text
    if value.low is None or value.high is None:
        return "—"
    return "–".join(number_text(bound, LANGUAGE) for bound in (value.low, value.high))


_VERDICTS = {
    Verdict.MET: lambda: _("met"),
    Verdict.NOT_MET: lambda: _("not met"),
    Verdict.UNKNOWN: lambda: _("not enough counted to conclude"),
}
