"""Enrolment of a tablet of a released version: run with the release's code, it prints the officer's id.

`python enrol_with_release.py FOLDER URL`, the printed enrolment code on standard input.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.e2e.kept_folders.make import opened, set_up


@dataclass
class _Printed:
    """A server whose enrolment code was printed before."""

    url: str
    code: str

    def command(self, *_arguments: str) -> str:
        return self.code


def main(folder: str, url: str) -> None:
    Path(folder).mkdir()
    tablet = opened(Path(folder), url, partial(set_up, _Printed(url, sys.stdin.read())))
    tablet.sync()
    print(tablet.enrolment.user.id)
    tablet.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
