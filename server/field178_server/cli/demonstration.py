"""Command that fills an empty store with the demo district: `demo`."""

from __future__ import annotations

from dataclasses import replace

import click

from field178_server.cli.context import json_option, operator, show, wants_json
from field178_server.cli.language import _
from field178_server.cli.people_changes import new_password
from field178_server.demo import DEMO_START
from field178_server.demo.district import fill, records_by_type
from field178_server.demo.seed import DemoStore
from field178_server.replication.policy.record_validation import declared_types
from field178_server.security.plan_key import PlanKey
from field178_server.serving.installation import install
from field178_shared.codelists import demo as dataset
from field178_shared.ids import IdSource
from field178_shared.time.clock import ShiftedClock


@click.command()
@click.option(
    "--data-only",
    is_flag=True,
    help=_("Fill an empty store; the play with server and tablet is `make demo` of a checkout."),
)
@json_option
def demo(data_only: bool) -> None:
    """Fill the store with the records of the data set, and print the number of records by type."""
    if not data_only:
        raise click.UsageError(_("The play needs a checkout: make demo. Here: field178 demo --data-only"))
    at = operator()
    # A day on which the agencies of the data set's year still existed.
    clock = ShiftedClock(DEMO_START, at.clock)
    ids = IdSource(clock)
    install(at.settings, at.engine_of_any_version, clock, ids)
    if at.read(lambda session: records_by_type(session, at.tenant_id)):
        raise click.ClickException(
            _("The store has records: the made-up district is filled into an empty one alone.")
        )
    password, is_generated = new_password("gl01", generate=False)
    keys = PlanKey(at.settings.key_dir, at.settings.password_cost).keys()
    store = DemoStore(at.engine, replace(at.context, clock=clock, ids=ids), declared_types(), keys)
    fill(store, at.keyring.receipt, dataset(), at.passwords.hash(password), has_newest=True)
    made: dict[str, object] = dict(at.read(lambda session: records_by_type(session, at.tenant_id)))
    show(made | ({"password": password} if is_generated else {}))
    if not wants_json():
        text = _("Next: field178 indicators --year 2024 --profile an_lao_2024, or field178 serve")
        click.echo(text, err=True)
