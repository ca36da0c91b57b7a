"""`root`: a link of the chain made now, shown, and found again by its index."""

from __future__ import annotations

from sqlalchemy import text
from tests.server.cli.command import Command

from field178_shared.crypto.signatures import is_signed


def test_a_root_is_made_shown_and_found_again(command: Command) -> None:
    key = str(command.json("init")["receipt_key"])
    assert command.run("root", "2").exit_code == 1
    made = command.json("root")
    assert made["index"] == 1
    signed = f"field178-root-v1|{made['epoch']}|1|{made['hash']}"
    assert is_signed(key, signed, str(made["sig"]))
    assert command.json("root") == command.json("root", "1") == made


def test_a_new_epoch_goes_on_in_the_chain_and_the_check_proves_it(command: Command) -> None:
    command("init")
    command("root")
    epoch = command.json("new-epoch")["epoch"]
    made = command.json("root")
    assert (made["index"], made["epoch"]) == (2, epoch)
    assert command("check") == "Mọi thứ đều ổn.\n"


def test_a_forged_signature_is_named_by_the_check(command: Command) -> None:
    command("init")
    command("root")
    with command.operator().engine.begin() as connection:
        connection.execute(text("UPDATE root SET sig = 'A'"))
    assert command.run("check").output == "root: 1 signature\n"
