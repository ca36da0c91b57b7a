"""Commands of the office key: papers for three holders, and backups that only two of them open."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from pypdf import PdfReader
from tests.office_keys import office_key, share_options
from tests.server.cli.command import Command


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def share_on(paper: Path) -> str:
    """Return the words that a holder reads on a paper, in the order of their numbers."""
    text = PdfReader(io.BytesIO(paper.read_bytes())).pages[0].extract_text()
    words = {int(number): word for number, word in re.findall(r"(\d+)\. ([a-z]+)", text)}
    return " ".join(words[number] for number in sorted(words))


def test_a_new_office_makes_three_papers_of_which_two_restore_a_backup(
    command: Command, stick: Path, tmp_path: Path
) -> None:
    command("init", "--papers", str(stick))
    papers = sorted(stick.iterdir())
    assert len(papers) == 3
    assert all(path.stat().st_mode & 0o077 == 0 for path in papers)
    assert not list(command.folder.rglob("*.pdf"))
    folder = command.json("backup", "--to", str(tmp_path / "disk"))["backup"]
    typed = "\n".join(share_on(paper) for paper in papers[1:]) + "\n"
    assert command("office-key", "check", stdin=typed)
    command.set(DATA_DIR=str(tmp_path / "new-machine"))
    done = command.run("restore", str(folder), stdin=typed)
    assert done.exit_code == 0, done.output
    assert command("check")


def test_without_an_office_key_no_backup_is_made_and_the_remedy_is_named(command: Command) -> None:
    assert "office-key new" in command.run("init").stderr
    result = command.run("backup")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "office-key new --papers" in result.stderr
    assert not (command.folder / "backups").exists()


@pytest.mark.parametrize("beside", ["data", "data/backups"])
def test_papers_are_not_written_beside_the_data_or_the_backups(
    command: Command, tmp_path: Path, beside: str
) -> None:
    command("init")
    folder = tmp_path / beside
    folder.mkdir(exist_ok=True)
    assert command.run("office-key", "new", "--papers", str(folder)).exit_code == 1
    assert command.run("backup").exit_code == 1, "no key was made"


def test_another_key_is_made_only_when_asked_for_and_earlier_backups_keep_their_papers(
    field178: Command, stick: Path, tmp_path: Path
) -> None:
    old = str(field178.json("backup", "--to", str(tmp_path / "disk"))["backup"])
    assert field178.run("office-key", "new", "--papers", str(stick)).exit_code == 1
    assert list(stick.iterdir()) == []
    made = field178.json("office-key", "new", "--papers", str(stick), "--replace")
    assert made["key"] == field178.json("office-key", "show")["key"] != office_key().key.key_id
    new = str(field178.json("backup", "--to", str(tmp_path / "disk"))["backup"])
    former = share_options(tmp_path)
    assert field178("drill", "--backup", old, *former)
    refused = field178.run("drill", "--backup", new, *former)
    assert (refused.exit_code, str(made["key"]) in refused.stderr) == (1, True)
    papers = sorted(stick.iterdir())
    typed = "\n".join(share_on(paper) for paper in papers[:2]) + "\n"
    assert field178("drill", "--backup", new, stdin=typed)


def test_words_are_not_asked_for_when_the_folder_is_no_backup(field178: Command, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    result = field178.run("restore", str(tmp_path / "photos"))
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)


def test_a_wrong_word_is_told_with_the_number_of_the_paper(field178: Command, tmp_path: Path) -> None:
    folder = str(field178.json("backup", "--to", str(tmp_path / "disk"))["backup"])
    first, second, _ = office_key().shares
    words = second.split()
    # Shares are random: one in 1,024 has the first of both words here.
    words[4] = "acid" if words[4] == "academic" else "academic"
    typed = f"{first}\n{' '.join(words)}\n"
    result = field178.run("drill", "--backup", folder, stdin=typed)
    assert result.exit_code == 1
    assert "Tờ thứ 2 trong hai tờ có từ sai" in result.stderr
    assert first.split()[5] not in json.dumps(result.stdout), "nothing of a share is printed"
