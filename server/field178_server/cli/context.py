"""Context of a command: settings, store, clock and ids, opened at first use; output and errors."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from field178_server.attachments.storage.free_space import storage_full
from field178_server.cli.language import LANGUAGE, _
from field178_server.database import migrations
from field178_server.database.engine import create_engine_for, is_storage_full, readonly
from field178_server.database.migrations import StoreBusyError, StoreVersionError
from field178_server.database.single_server import AlreadyServedError
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.maintenance.upgrade_note import UpgradeUnfinishedError
from field178_server.security.keyring import Keyring, KeysMissingError, load_keys
from field178_server.security.ownership import WrongAccountError, require_owner
from field178_server.security.private_files import LoosePermissionsError
from field178_server.settings import SettingError, Settings, data_folder
from field178_shared.errors import AppError, message
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock, clock_from_environment

# Properties import them when they are used: imports are most of the time of a command.
if TYPE_CHECKING:
    from field178_server.audit.operation_context import OperationContext
    from field178_server.security.passwords import Passwords
    from field178_shared.codelists import CodeLists

Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")

_JSON = f"{__name__}.json"


_WITH_REMEDY = (
    KeysMissingError,
    StoreBusyError,
    StoreVersionError,
    UpgradeUnfinishedError,
    SQLAlchemyError,
)


class Refused(click.ClickException):
    """Click exception of an AppError: its sentence, code and details."""

    def __init__(self, error: AppError) -> None:
        details = " ".join(f"{name}={value}" for name, value in error.details.items())
        super().__init__(f"{message(error.code, LANGUAGE)} [{error.code}] {details}".rstrip())


@contextmanager
def readable_errors() -> Iterator[None]:
    """Show the product's errors as one line; exit code 1 for a refusal, 2 for an invalid setting."""
    try:
        yield
    except AppError as error:
        raise Refused(error) from error
    except AlreadyServedError as error:
        text = _("A server serves {folder} already; one SQLite store has one server. Stop it first.")
        raise click.ClickException(text.format(folder=error.args[0])) from error
    except SettingError as error:
        raise click.UsageError(str(error)) from error
    except WrongAccountError as error:
        raise click.ClickException(_account_text(error)) from error
    except LoosePermissionsError as error:
        raise click.ClickException(str(error)) from error
    except _WITH_REMEDY as error:
        if isinstance(error, DBAPIError) and is_storage_full(error):
            raise Refused(storage_full()) from error
        raise click.ClickException(_remedy(error)) from error


def _remedy(error: Exception) -> str:
    """Return the advice for a missing key or an unusable store; raise any other error again."""
    if isinstance(error, UpgradeUnfinishedError):
        return _("An upgrade of the store was interrupted. Finish it: field178 upgrade")
    if isinstance(error, StoreBusyError):
        return _("A long task works on the store (a backup, a report): nothing was changed. Try again later.")
    settings = Settings.from_environment(os.environ)
    if isinstance(error, OperationalError) and settings.database_url:
        text = _("The store does not answer. FIELD178_DATABASE_URL is {url}: {reason}")
        url = make_url(settings.database_url).render_as_string()
        return text.format(url=url, reason=_first_line(error))
    if not settings.key_dir.is_dir():
        text = _("{folder} is not set up. New server: field178 init. One in use: restore it from the backup.")
        return text.format(folder=settings.data_dir)
    if isinstance(error, StoreVersionError):
        return _version_text(error)
    if isinstance(error, KeysMissingError):
        return _("{path} is missing: bring it back from the backup.").format(path=error.filename)
    raise error


def _first_line(error: OperationalError) -> str:
    return next(iter(str(error.orig).splitlines()), "")


def _version_text(error: StoreVersionError) -> str:
    if error.stored is None:
        return _("The store is empty. New server: field178 init. One in use: restore it from the backup.")
    if error.is_newer:
        text = _("A newer version of the product serves this store ({stored}). Install that version again.")
    else:
        text = _(
            "The store is of an older version ({stored}; this one works on {newest}). Stop the server, take"
            " a backup with the version that served it, then: field178 upgrade"
        )
    return text.format(stored=error.stored, newest=migrations.head())


@dataclass(frozen=True)
class Operator:
    """Context of the operator at the server's command line: settings, clock, and what is opened from them."""

    settings: Settings
    clock: Clock

    @functools.cached_property
    def engine(self) -> Engine:
        """Engine of the store; raises StoreVersionError if its schema is of another version."""
        migrations.require_newest(readonly(self.engine_of_any_version))
        return self.engine_of_any_version

    @functools.cached_property
    def engine_of_any_version(self) -> Engine:
        """Engine of the store at any version, for commands that install, check or upgrade it."""
        return create_engine_for(self.settings.effective_database_url)

    @functools.cached_property
    def ids(self) -> IdSource:
        """The source of new identifiers."""
        return IdSource(self.clock)

    @functools.cached_property
    def lists(self) -> CodeLists:
        """The code lists in force in this store."""
        from field178_server.records.lists_in_force import ListsInForce
        from field178_shared.codelists import load

        ListsInForce(self.engine, self.tenant_id).follow()
        return load()

    @functools.cached_property
    def keyring(self) -> Keyring:
        """The tenant's keys."""
        return load_keys(self.settings.key_dir)

    @functools.cached_property
    def passwords(self) -> Passwords:
        """Hashing of passwords at the cost in the settings."""
        from field178_server.security.passwords import Passwords

        return Passwords(self.settings.password_cost)

    @property
    def tenant_id(self) -> str:
        """The tenant's id."""
        return self.settings.tenant

    def write(self, work: Callable[[Session], Result]) -> Result:
        """Run a function in a write transaction and return its result."""
        return run_write(self.engine, work)

    def read(self, work: Callable[[Session], Result]) -> Result:
        """Run a function in a read snapshot and return its result."""
        with snapshot(self.engine) as session:
            return work(session)

    def close(self) -> None:
        """Close the connections to the store, if any were opened."""
        if "engine_of_any_version" in vars(self):
            self.engine_of_any_version.dispose()

    @property
    def context(self) -> OperationContext:
        """The operation context of the operator, with the code lists of the store."""
        from field178_server.audit.operation_context import OperationContext

        return OperationContext(self.settings.tenant, self.clock, self.ids, self.lists)

    @property
    def context_without_store(self) -> OperationContext:
        """The operation context with the code lists of the release, for commands without a store."""
        from field178_server.audit.operation_context import OperationContext
        from field178_shared.codelists import load

        return OperationContext(self.settings.tenant, self.clock, self.ids, load())


def _operator_without_log() -> Operator:
    """Return the operator for the data folder; raise WrongAccountError if the account is not its owner."""
    require_owner(data_folder(os.environ))
    settings = Settings.from_environment(os.environ)
    opened = Operator(settings, clock_from_environment({"FIELD178_CLOCK_START": settings.clock_start}))
    click.get_current_context().call_on_close(opened.close)
    return opened


def operator() -> Operator:
    """Return the operator, with the log of the process on stderr: scripts read stdout."""
    import structlog

    from field178_server.http.process_log import configure_log

    opened = _operator_without_log()
    configure_log(sys.stderr, opened.clock, opened.settings.log_level)
    click.get_current_context().call_on_close(structlog.reset_defaults)
    return opened


def _account_text(error: WrongAccountError) -> str:
    if error.owner == "root":
        text = _("{folder} belongs to root, this runs as {account}. Use: sudo chown -R {account}: {folder}")
    else:
        text = _("{folder} belongs to {owner}, this runs as {account}. Use: sudo -u {owner} field178 …")
    return text.format(folder=error.folder, owner=error.owner, account=error.account)


def _set_json(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    context.meta[_JSON] = value


json_option = click.option(
    "--json", "as_json", is_flag=True, expose_value=False, callback=_set_json, help="JSON"
)


def wants_json() -> bool:
    """Return whether the command has the option `--json`, and was given it."""
    return bool(click.get_current_context().meta.get(_JSON))


def operator_command(
    command: Callable[Concatenate[Operator, Parameters], None],
) -> Callable[Parameters, None]:
    """Pass the operator to a command as its first argument, and give it the option `--json`."""
    return _with_operator(command, operator)


def listing_command(
    command: Callable[Concatenate[Operator, Parameters], None],
) -> Callable[Parameters, None]:
    """Pass the operator to a command that only lists: nothing it imports logs, so no log is set up."""
    return _with_operator(command, _operator_without_log)


def _with_operator(
    command: Callable[Concatenate[Operator, Parameters], None], opened: Callable[[], Operator]
) -> Callable[Parameters, None]:
    @functools.wraps(command)
    def run(*arguments: Parameters.args, **options: Parameters.kwargs) -> None:
        command(opened(), *arguments, **options)

    return json_option(run)


def show(pairs: Mapping[str, object]) -> None:
    """Print pairs as `name: value` lines, or with `--json` as a JSON object."""
    if wants_json():
        click.echo(json.dumps(pairs, ensure_ascii=False))
        return
    for name, value in pairs.items():
        click.echo(f"{name}: {' '.join(value) if isinstance(value, list) else value}")


def show_rows(rows: list[dict[str, object]]) -> None:
    """Print rows as tab-separated lines, or with `--json` as a JSON array."""
    if wants_json():
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo("\t".join(_cell(value) for value in row.values()))


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(element) for element in value)
    return "-" if value is None else str(value)
