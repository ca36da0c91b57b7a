"""SQLite for the tablet: a release without the WAL-reset fault, pinned by its hash.

python-for-android's own recipe builds 3.50.4; SQLite 3.7.0 to 3.51.2 may corrupt a WAL database
(https://www.sqlite.org/wal.html#walresetbug). The amalgamation is one file: no configure script is needed.
"""

import sh
from pythonforandroid.logger import shprint
from pythonforandroid.recipe import Recipe
from pythonforandroid.util import current_directory


class Sqlite3Recipe(Recipe):
    """Recipe of libsqlite3.so, installed next to sqlite3.h for the Python recipe."""

    version = "3.51.3"
    url = "https://sqlite.org/2026/sqlite-autoconf-3510300.tar.gz"
    sha256sum = "81f5be397049b0cae1b167f2225af7646fc0f82e4a9b3c48c9ea3a533e21d77a"
    built_libraries = {"libsqlite3.so": "."}  # noqa: RUF012  the form of the base class

    def build_arch(self, arch):
        """Compile the one file into one library."""
        env = self.get_recipe_env(arch)
        compiler, *target = env["CC"].split()
        with current_directory(self.get_build_dir(arch.arch)):
            shprint(
                sh.Command(compiler),
                *target,
                *env["CFLAGS"].split(),
                "-O2",
                "-fPIC",
                "-shared",
                "-DSQLITE_THREADSAFE=1",
                "-DSQLITE_ENABLE_COLUMN_METADATA=1",
                "sqlite3.c",
                *env["LDFLAGS"].split(),
                # Devices with memory pages of 16 KiB load nothing that is laid out for 4 KiB.
                "-Wl,-soname,libsqlite3.so",
                "-Wl,-z,max-page-size=16384",
                "-o",
                "libsqlite3.so",
                _env=env,
            )


recipe = Sqlite3Recipe()
