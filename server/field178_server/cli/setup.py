"""Commands for installation and operation of a server: `init`, `serve`, `check`, `tidy`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import click
from sqlalchemy.exc import SQLAlchemyError

from field178_server.attachments.garbage_collection import Collected, collect
from field178_server.cli.context import Operator, json_option, operator, operator_command, show, wants_json
from field178_server.cli.language import _
from field178_server.maintenance import check_log
from field178_server.maintenance.daily import run_maintenance
from field178_server.office.indicators.team_figures import publish_figures
from field178_server.office.indicators.totals.updater import settle_if_needed
from field178_server.office.reminders.operations import remind_if_due
from field178_server.runtime import Runtime
from field178_server.security.private_files import make_private_folder
from field178_server.serving.secret_rotation import finish_rotation
from field178_server.serving.service_manager import notify_ready
from field178_server.settings import (
    SETTINGS_FILE,
    VARIABLES,
    Settings,
    read_settings_file,
    write_settings_file,
)
from field178_shared.errors import AppError
from field178_shared.fsync import close_to_others
from field178_shared.time.clock import SystemClock


@click.command()
@click.option("--url", help=_("Address that tablets and browsers use."))
@click.option(
    "--certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=_("Own chain.")
)
@click.option(
    "--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=_("Key of the chain.")
)
@click.option(
    "--papers",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    help=_("Also make the office key; its three papers (PDF) go into this folder, best a stick."),
)
@json_option
def init(url: str | None, certificate: Path | None, key: Path | None, papers: Path | None) -> None:
    """Install a server; existing files and rows are not changed."""
    from field178_server.serving.installation import install  # migrations are slow to import

    chosen = {"url": url, "tls_certificate": certificate, "tls_key": key}
    _keep_settings({name: str(value) for name, value in chosen.items() if value is not None})
    at = operator()
    tenant = install(at.settings, at.engine_of_any_version, at.clock, at.ids)
    answer: dict[str, object] = {
        "data": str(at.settings.data_dir.absolute()),
        "tenant": tenant.tenant_id,
        "epoch": tenant.epoch,
        "url": at.settings.url,
        "receipt_key": at.keyring.receipt_key,
        "sealing_key": at.keyring.sealing_key,
    }
    if at.settings.is_https:
        answer["ca_pin"] = " ".join(_prepare_tls(at.settings))
    show(answer)
    _check_certificate(at.settings)
    _make_office_key(at, papers)
    if not wants_json():
        click.echo(_("Next: field178 user add LOGIN --role admin, then field178 serve"), err=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help=_("Address to listen on."))
@click.option(
    "--port", default=8178, show_default=True, type=click.IntRange(0, 65535), help=_("0: any free port.")
)
def serve(host: str, port: int) -> None:
    """Run the server; print a line when it accepts connections."""
    from field178_server.serving import server as serving

    settings = operator().settings
    if settings.data_dir.is_dir():
        close_to_others(settings.data_dir, *settings.data_dir.iterdir())
    try:
        serving.serve(settings, host, port, _announce)
    except serving.AddressError as error:
        address, reason = error.args
        text = _(
            "Cannot listen on {address} ({reason}). Stop the server that runs there,"
            " or choose another port: --port 8200 (make server PORT=8200)."
        )
        raise click.ClickException(text.format(address=address, reason=reason)) from error


def _announce(url: str) -> None:
    click.echo(_("field178 ready: {url}").format(url=url))
    notify_ready()


@click.command()
@click.option("--keep", is_flag=True, help=_("Keep the result for the console, as the daily check does."))
@operator_command
def check(at: Operator, keep: bool) -> None:
    """List all faults of the server."""
    from field178_server.maintenance.integrity import faults  # migrations are slow to import

    problems = faults(at.settings)
    if not problems:
        problems = _differing_rows(at)
    if keep:
        # A store that cannot be written is one of the faults already.
        with suppress(SQLAlchemyError):
            at.write(lambda session: check_log.keep(session, at.tenant_id, at.clock.now(), problems))
    if wants_json():
        show({"faults": problems})
    else:
        for fault in problems or [_("Everything is in order.")]:
            click.echo(fault)
    if problems:
        raise SystemExit(1)


def _differing_rows(at: Operator) -> list[str]:
    """Return a line for each table with rows that differ from the records they are projected from."""
    from field178_server.maintenance.projections import run

    differing: Mapping[str, int] = {}
    try:
        for progress in run.check(at.engine, at.context):
            differing = progress.differing
            time.sleep(run.PAUSE_S)
    except (SQLAlchemyError, AppError) as error:  # the comparison needs a store that can be written
        return [f"rows: not compared, {type(error).__name__}"]
    return [f"rows: {table} {count}" for table, count in sorted(differing.items())]


def _make_office_key(at: Operator, papers: Path | None) -> None:
    """Make the office key with its papers, once; without it no backup is made."""
    from field178_server.backup.office_key import has_office_key
    from field178_server.cli.office_key import make_office_key

    if has_office_key(at.settings.key_dir):
        return
    if papers is not None:
        make_office_key(at, papers)
    elif not wants_json():
        click.echo(_("No backup is made before: field178 office-key new --papers FOLDER"), err=True)


def _keep_settings(chosen: dict[str, str]) -> None:
    settings = operator().settings
    make_private_folder(settings.data_dir)
    path = settings.data_dir / SETTINGS_FILE
    kept = read_settings_file(path) | {VARIABLES[name]: text for name, text in chosen.items()}
    write_settings_file(path, kept)


def _prepare_tls(settings: Settings) -> tuple[str, ...]:
    from field178_server.security import certificates

    # Behind a proxy clients see the certificate of the proxy.
    if settings.tls_certificate is None and not settings.trusted_proxies:
        # The system clock, also in a demo: clients check certificates by their own clock.
        certificates.create(
            settings.tls_dir, urlsplit(settings.url).hostname or "localhost", SystemClock().now()
        )
    return certificates.pins_for(settings)


def _check_certificate(settings: Settings) -> None:
    """Raise ClickException if tablets would refuse the certificate in the settings.

    A different certificate at the public URL is only a warning: the server may not be restarted yet.
    """
    if not settings.is_https:
        return
    from field178_server.health.wording import ADDRESS_REMEDY, CERTIFICATE_REMEDY
    from field178_server.security.certificate_check import AddressResult, check_address, fault_of_files

    if fault := fault_of_files(settings):
        text = _("Tablets will refuse the certificate of {url}: {reason}.").format(
            url=settings.url, reason=fault
        )
        raise click.ClickException(f"{text} {_(CERTIFICATE_REMEDY)}")
    seen, reason = check_address(settings)
    if seen is AddressResult.OTHER:
        text = _("{url} shows another certificate than the enrolment codes name.").format(url=settings.url)
        click.echo(f"{text} {_(ADDRESS_REMEDY)}", err=True)
    elif seen is AddressResult.REFUSED:
        click.echo(_("Tablets refuse {url}: {reason}").format(url=settings.url, reason=reason), err=True)


@click.command()
@click.option("--dry-run", is_flag=True, help=_("Only tell which files would be removed."))
@click.option("--figures", is_flag=True, help=_("Count the figures of the teams now, due or not."))
@operator_command
def tidy(at: Operator, dry_run: bool, figures: bool) -> None:
    """Run the maintenance once; exit code 0 even if a task was not due or failed."""
    runtime = Runtime(at.settings, at.engine, at.clock, at.ids, at.keyring, at.passwords)
    if dry_run:
        show(_files(collect(runtime, is_trial=True)))
        return
    done = run_maintenance(runtime)
    remind_if_due(runtime)
    finish_rotation(runtime)
    if (figures or done.is_checked) and publish_figures(runtime, at.lists) is None:
        settle_if_needed(runtime)
        publish_figures(runtime, at.lists)
    answer: dict[str, object] = {
        "purges_left": done.erasures_left,
        "uploads_given_up": done.uploads_given_up,
        "checked": done.is_checked,
    }
    show(answer | _files(done.collected or Collected(0, 0, 0, 0)))


def _files(done: Collected) -> dict[str, object]:
    return {
        "files_removed": done.files,
        "bytes_removed": done.size,
        "strays_removed": done.strays,
        "files_unnamed": done.unnamed,
    }
