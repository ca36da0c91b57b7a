"""`write` or `check` the reference pages that are made from the code: docs/cli.md and docs/errors.md."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ["FIELD178_LANGUAGE"] = "en"  # before the commands are imported: their help is translated then

import click

from field178_server.cli import main as field178
from field178_shared.errors import ANSWERS, ErrorCode

DOCS = Path(__file__).resolve().parent.parent / "docs"

CLI_INTRODUCTION = """# The command `field178`

What the operator of a server types. Every command works on the data folder named by `FIELD178_DATA_DIR`
(`docs/settings.md`), prints plain lines that a script can read (`name: value`, or one tab-separated line
a row) or JSON with `--json`, and ends with 0, 1 for a refusal, 2 for a wrong call, 128 + N
when signal N ended it. Actions that change anything are written into the audit trail.

A first server, a first team, a first tablet:

```sh
field178 init
field178 team add "Đội 178" --unit c11629_v2 --unit c11635_v2
field178 user add an --role team_lead --team "Đội 178"
field178 enrol-code --user an
field178 serve
```
"""

ERRORS_INTRODUCTION = """# Errors

Every error the product can utter, from the one table in `shared/field178_shared/errors.py`. A code is
never reused and never changes its meaning. With a status it ends a whole request, as
`application/problem+json` with `code`, `pointer` where there is one place to point at, and `Retry-After`
where waiting helps; without one it is the receipt of a change, a field, or something only the tablet says.
At a field of a form, `out_of_range` names the least and the largest number: "Số phải từ 1 đến 1.000."

| code | status | Tiếng Việt | English |
|---|---|---|---|
"""


def pages() -> dict[Path, str]:
    """Return the pages as they should be."""
    return {DOCS / "cli.md": cli_page(), DOCS / "errors.md": errors_page()}


def cli_page() -> str:
    """Return the page of all commands."""
    return CLI_INTRODUCTION + "".join(_described(path, command) for path, command in commands(field178))


def errors_page() -> str:
    """Return the page of all errors."""
    return ERRORS_INTRODUCTION + "".join(row for code in ErrorCode for row in _error_rows(code))


def _error_rows(code: ErrorCode) -> Iterator[str]:
    """Yield a row, or two if a code has different texts as an answer and as a receipt."""
    answer = ANSWERS.get(code)
    if answer is not None:
        yield f"| `{code}` | {code.status} | {answer.vi} | {answer.en} |\n"
    status = "" if answer is not None else code.status or ""
    yield f"| `{code}` | {status} | {code.vi} | {code.en} |\n"


def commands(
    group: click.Group, path: tuple[str, ...] = ("field178",)
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def _described(path: str, command: click.Command) -> str:
    usage = " ".join([path, *_arguments(command), "[OPTIONS]"])
    options = "".join(_row(parameter) for parameter in command.params if isinstance(parameter, click.Option))
    table = f"\n| option | meaning |\n|---|---|\n{options}"
    return f"\n## {path}\n\n{command.help}\n\n```sh\n{usage}\n```\n{table}"


def _arguments(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            choices = getattr(parameter.type, "choices", None)
            name = "|".join(choices) if choices else str(parameter.name).upper()
            yield name if parameter.required else f"[{name}]"


def _row(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    marks = {"required": option.required, "repeatable": option.multiple}
    meaning = " ".join([option.help or "", *(f"({mark})" for mark, holds in marks.items() if holds)])
    return f"| {names} | {meaning.strip()} |\n"


def main(arguments: list[str]) -> int:
    """Write the pages, or name those that differ."""
    if arguments == ["write"]:
        for path, text in pages().items():
            path.write_text(text, "utf-8")
        return 0
    if arguments != ["check"]:
        print("write | check")
        return 2
    stale = [
        path.name for path, text in pages().items() if not path.exists() or path.read_text("utf-8") != text
    ]
    print("\n".join(f"{name}: run scripts/reference.py write" for name in stale) or "nothing to do")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
