"""Disasters of a world: histories that go back, images of tablets, a lost tablet."""

from __future__ import annotations

from collections.abc import Mapping

from tests.contract.simulator.actions import Action, back_up, create, edit, purge
from tests.contract.simulator.office import SPARES
from tests.contract.simulator.world import Seat, World

from field178_mobile.store.replication.orders import delete_readable


def new_epoch(world: World, seat: Seat) -> None:
    """The office begins a new history."""
    world.struck = True
    world.note("office: new epoch")
    with world.oracle.step():
        world.office.new_epoch()


def restore(world: World, seat: Seat) -> None:
    """The office goes back to its backup, and begins a new history unless that is forgotten."""
    if world.office.has_backup:
        _go_back(world, is_remembered=world.rng.random() < 0.6)


def slip_back(world: World, seat: Seat) -> None:
    """The office goes back a few changes and nobody says so; others go on where it stands now."""
    back_up(world, seat)
    for each_seat in world.seats:
        world.sync(each_seat)
        world.rng.choice((create, edit))(world, each_seat)
        world.sync(each_seat)
    world.sync(seat)
    _go_back(world, is_remembered=False)
    for each_seat in world.seats:
        if each_seat is not seat:
            world.rng.choice((create, edit))(world, each_seat)
            world.sync(each_seat)


def _go_back(world: World, *, is_remembered: bool) -> None:
    world.struck = world.restored = True
    granted, revoked = world.oracle.state.granted, world.oracle.state.revoked
    world.office.restore()
    world.oracle.start_over()
    # Grants are decided anew after a restore; here they are what they were before.
    world.office.grant_all(granted, revoked)
    if is_remembered:
        world.office.new_epoch()
    for each_seat in world.seats:
        each_seat.oracle.is_history_hidden = each_seat.oracle.is_history_hidden or not is_remembered
    world.oracle.start_over()
    world.note(f"office: restore, new epoch {is_remembered}")


def copy_tablet(world: World, seat: Seat) -> None:
    """Somebody makes an image of a tablet."""
    if not seat.tablet.is_waiting:
        seat.tablet.copy_to(_image(world, seat))
        world.note(f"{seat.tablet.name} is copied")


def restore_tablet(world: World, seat: Seat) -> None:
    """A tablet goes on from an older image of itself."""
    _become(world, seat, seat)


def clone_tablet(world: World, seat: Seat) -> None:
    """A tablet goes on from an image of another one: two live with one name."""
    _become(world, seat, world.rng.choice(world.seats))


def enrol_again(world: World, seat: Seat) -> None:
    """A tablet is enrolled once more: the same files, another device."""
    spare = SPARES.get(seat.tablet.device)
    if spare is not None and not seat.tablet.is_waiting:
        world.struck = True
        seat.tablet.device = spare
        world.note(f"{seat.tablet.name} is enrolled again")
        seat.tablet.reboot()


def revoke(world: World, seat: Seat) -> None:
    """A tablet is reported lost."""
    world.note(f"office: revoke {seat.tablet.name}")
    with world.oracle.step():
        world.office.revoke(seat.tablet.device)


def read_wipe(world: World, seat: Seat) -> None:
    """A tablet obeys an order to delete what may be read, which is lifted at once."""
    if seat.tablet.is_waiting:
        return
    world.struck = True
    store = seat.tablet.store
    store.write(lambda unlocked: delete_readable(unlocked, store.folder))
    seat.oracle.was_emptied()
    world.note(f"{seat.tablet.name} is emptied by order")


# Named actions happen in every world; a purge or a wipe happens only where it is named.
ASKED_FOR: Mapping[Action, float] = {slip_back: 0.3, purge: 1, read_wipe: 1}
DISASTERS: Mapping[Action, float] = {
    new_epoch: 0.7,
    back_up: 2,
    restore: 2.5,
    slip_back: 0.3,
    copy_tablet: 2.5,
    restore_tablet: 2.5,
    clone_tablet: 1,
    enrol_again: 0.7,
    revoke: 0.15,
}


def _become(world: World, seat: Seat, other: Seat) -> None:
    image = _image(world, other)
    if not image.exists():
        return
    world.struck = True
    seat.tablet.become(image, other.tablet.device)
    seat.oracle.became_another()
    world.note(f"{seat.tablet.name} goes on as an image of {other.tablet.name}")


def _image(world: World, seat: Seat):
    return world.folder / f"image-{seat.tablet.name}"
