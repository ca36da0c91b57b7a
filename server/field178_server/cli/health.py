"""Command for a monitor: `health`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import click

from field178_server.cli.context import Operator, operator_command, wants_json
from field178_server.cli.language import LANGUAGE
from field178_shared.time.clock import to_wire


def _plain(figures: Mapping[str, object]) -> dict[str, object]:
    return {name: to_wire(value) if isinstance(value, datetime) else value for name, value in figures.items()}


@click.command()
@operator_command
def health(at: Operator) -> None:
    """Print all checks; exit code 1 if a check needs attention."""
    from field178_server.health.checks import checks_of_server
    from field178_server.health.wording import words_of

    checks = checks_of_server(at.engine_of_any_version, at.settings, at.clock.now())
    if wants_json():
        answer = {
            "is_healthy": not any(check.needs_attention for check in checks),
            "checks": [
                {"name": check.name, "level": check.level, "reason": check.reason, **_plain(check.figures)}
                for check in checks
            ],
        }
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for check in checks:
            words = words_of(check, LANGUAGE)
            parts = (words.value, *words.facts, words.limit, words.remedy)
            click.echo(f"[{words.level}] {words.title}: {' | '.join(part for part in parts if part)}")
    if any(check.needs_attention for check in checks):
        raise SystemExit(1)
