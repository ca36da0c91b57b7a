"""Figures of the plan: `indicators`."""

from __future__ import annotations

import json

import click

from field178_server.cli.context import as_json_option, operator
from field178_server.cli.language import LANGUAGE, _
from field178_server.office.indicators.queries import IndicatorFigure, figures
from field178_shared.codelists import Indicator, TargetProfile
from field178_shared.indicators.figures import reached
from field178_shared.indicators.periods import Period
from field178_shared.text.formats import number_text
from field178_shared.time.clock import local_date


@click.command()
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help=_("Calendar year."))
@click.option("--profile", "profile_id", required=True, help=_("Plan whose area and targets are shown."))
@as_json_option
def indicators(year: int, profile_id: str, as_json: bool) -> None:
    """Print numerator, denominator, value and target of each indicator."""
    at = operator()
    profile = at.lists.target_profiles.get(profile_id)
    if profile is None:
        known = ", ".join(at.lists.target_profiles)
        raise click.BadParameter(
            _("There is no such plan. There are: {plans}").format(plans=known), param_hint="--profile"
        )
    units = tuple(one.id for one in at.lists.members_of(profile.unit_group)) if profile.unit_group else None
    every = units or tuple(at.lists.units)
    found = at.read(
        lambda session: figures(
            session, at.tenant_id, at.lists, Period.of_year(year), every, local_date(at.clock.now())
        )
    )
    if as_json:
        answer = {one: _plain(profile, one, figure) for one, figure in found.items()}
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for one, figure in found.items():
        click.echo(_line(at.lists.indicators[one], figure))


def _plain(profile: TargetProfile, indicator_id: str, figure: IndicatorFigure) -> dict[str, object]:
    if figure.unkept:
        return {"value": None, "not_kept": list(figure.unkept)}
    value, waiting = figure.approved, figure.with_waiting
    wanted = reached(profile, indicator_id, value.value)
    return {
        "num": value.num,
        "den": value.den,
        "value": value.value,
        "low": value.low,
        "high": value.high,
        "target": None if wanted is None else wanted.target,
        "met": None if wanted is None else wanted.met,
        "pending": {"num": waiting.num, "den": waiting.den, "value": waiting.value},
        **({"by": value.breakdown} if value.breakdown else {}),
    }


def _line(indicator: Indicator, figure: IndicatorFigure) -> str:
    label, value = indicator.label(LANGUAGE), figure.approved
    if figure.unkept:
        return _("{indicator}: no records are kept for it").format(indicator=label)
    parts = [] if value.den is None else [value.num, value.den]
    shown = "—" if value.value is None else number_text(value.value, LANGUAGE)
    divided = f" ({'/'.join(number_text(one, LANGUAGE) for one in parts)})" if parts else ""
    return f"{label}: {shown} {indicator.unit}{divided}"
