"""Health of the system for a monitor: `health`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import click

from field178_server.cli.context import as_json_option, operator
from field178_server.cli.language import LANGUAGE
from field178_shared.time.clock import to_wire


def _plain(figures: Mapping[str, object]) -> dict[str, object]:
    return {name: to_wire(value) if isinstance(value, datetime) else value for name, value in figures.items()}


@click.command()
@as_json_option
def health(as_json: bool) -> None:
    """Print every check; exit code 1 when one needs attention."""
    from field178_server.health.checks import checks_of_server
    from field178_server.health.wording import words_of

    at = operator()
    checks = checks_of_server(at.engine_of_any_version, at.settings, at.clock.now())
    if as_json:
        answer = {
            "is_healthy": not any(one.needs_attention for one in checks),
            "checks": [
                {"name": one.name, "level": one.level, "reason": one.reason, **_plain(one.figures)}
                for one in checks
            ],
        }
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for one in checks:
            words = words_of(one, LANGUAGE)
            parts = (words.value, *words.facts, words.limit, words.remedy)
            click.echo(f"[{words.level}] {words.title}: {' | '.join(part for part in parts if part)}")
    if any(one.needs_attention for one in checks):
        raise SystemExit(1)
