"""What all offices of a process compile once: templates, addresses, statements.

Each test has an application and an engine of its own; without this, half of its time went into compiling
what the test before it had compiled.
"""

from __future__ import annotations

from types import CodeType, MethodType

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
        """Set the code of the template if the same source was compiled before."""
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store the code of the template."""
        if bucket.code is not None:
            self._compiled[bucket.key, bucket.checksum] = bucket.code


class Addresses:
    """The compiled rules of addresses, by all that they are made from."""

    def __init__(self) -> None:
        self._compile = Rule.compile
        self._compiled: dict[tuple[object, ...], Rule] = {}

    def compile(self, rule: Rule) -> None:
        """Compile a rule, or give it what another application compiled."""
        made_from = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(rule.defaults))
        like = self._compiled.get(made_from)
        if like is None:
            self._compile(rule)
            self._compiled[made_from] = rule
            return
        rule._parts, rule._trace, rule._converters = like._parts, like._trace, like._converters
        rule.arguments = like.arguments
        rule._build, rule._build_unknown = (
            MethodType(build.__func__, rule) for build in (like._build, like._build_unknown)
        )


TEMPLATES = Templates()
_ADDRESSES = Addresses()
_STATEMENTS: LRUCache[object, object] = LRUCache(_MOST_STATEMENTS)


def share() -> None:
    """Let every application and engine of this process use what another one compiled."""
    Rule.compile = lambda rule: _ADDRESSES.compile(rule)  # type: ignore[method-assign]
    # Statements are kept by dialect: those of one class write the same SQL.
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    DefaultDialect.__eq__ = _is_same_dialect  # type: ignore[method-assign]
    event.listen(Engine, "engine_connect", _use_shared_statements)


def _is_same_dialect(dialect: Dialect, other: object) -> bool:
    return type(dialect) is type(other)


def _use_shared_statements(connection: Connection) -> None:
    connection.engine._compiled_cache = _STATEMENTS  # type: ignore[assignment]
