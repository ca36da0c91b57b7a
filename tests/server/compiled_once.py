"""What all offices of a process compile once: templates, addresses, statements.

Each test has an application and an engine of its own; without this, half of its time went into compiling
what the test before it had compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

_MOST_STATEMENTS = 4000


class Templates(BytecodeCache):
    """The compiled templates by their source."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled of this very source."""
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self._compiled[bucket.key, bucket.checksum] = bucket.code


class AddressBuilders:
    """The compiled builders of addresses, by all that they are made from."""

    def __init__(self) -> None:
        self._compile = Rule._compile_builder
        self._compiled: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}

    def builder(self, rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        """Return the builder of a rule."""
        key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in self._compiled:
            self._compiled[key] = self._compile(rule, append_unknown)
        return self._compiled[key]


TEMPLATES = Templates()
_BUILDERS = AddressBuilders()
_STATEMENTS: LRUCache[object, object] = LRUCache(_MOST_STATEMENTS)


def share() -> None:
    """Let every application and engine of this process use what another one compiled."""
    Rule._compile_builder = lambda *given: _BUILDERS.builder(*given)  # type: ignore[method-assign]
    # Statements are kept by dialect: those of one class write the same SQL.
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    DefaultDialect.__eq__ = _is_same_dialect  # type: ignore[method-assign]
    event.listen(Engine, "engine_connect", _use_shared_statements)


def _is_same_dialect(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _use_shared_statements(connection: Connection) -> None:
    connection.engine._compiled_cache = _STATEMENTS  # type: ignore[assignment]
