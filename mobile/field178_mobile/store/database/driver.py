"""Choice of the SQLite module: pysqlite3 if installed, else the standard library's.

SQLite 3.7.0 to 3.51.2 may corrupt a WAL database that several connections checkpoint at once; the store opens
ONE connection, so either module is safe.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3 as sqlite
else:
    try:
        from pysqlite3 import dbapi2 as sqlite
    except ImportError:
        import sqlite3 as sqlite

__all__ = [
    "VERSION",
    "Connection",
    "DatabaseError",
    "Error",
    "OperationalError",
    "is_refused_write",
    "is_statement_error",
    "is_undecodable",
    "sqlite",
]

VERSION = sqlite.sqlite_version
Connection = sqlite.Connection
Error = sqlite.Error
DatabaseError = sqlite.DatabaseError
OperationalError = sqlite.OperationalError

_ERROR = 1
# SQLITE_READONLY, IOERR, FULL, CANTOPEN (sqlite.org/rescode.html), without their extended part.
_REFUSED = frozenset({8, 10, 13, 14})


def is_refused_write(error: Exception) -> bool:
    """Return whether the error is a refused write: the disk is full, write-protected or failing."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _REFUSED


def is_statement_error(error: Exception) -> bool:
    """Return whether SQLite could not compile a statement: SQLITE_ERROR (sqlite.org/rescode.html)."""
    is_operational = isinstance(error, sqlite.OperationalError)
    return is_operational and getattr(error, "sqlite_errorcode", 0) & 0xFF == _ERROR


def is_undecodable(error: Exception) -> bool:
    """Return whether an error reports a text column that cannot be decoded: its bytes were changed."""
    return isinstance(error, sqlite.OperationalError) and "decode" in str(error)
