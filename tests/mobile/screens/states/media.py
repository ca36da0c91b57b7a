"""States of the media posts: no outlet known, months that owe an item, an item that lacks something."""

from __future__ import annotations

from tests.mobile.media_outlets import STATION, media_services
from tests.mobile.screens.posing import Pose
from tests.mobile.screens.scene import frames
from tests.mobile.screens.states.registry import state
from tests.mobile.support import seeded_ids

from field178_mobile.features.media.media import MediaPosts


@state()
def media_without_outlets(pose: Pose) -> None:
    pose.screen("outreach").media.open()


def with_outlets(pose: Pose) -> MediaPosts:
    """Let the screen know the outlets of the made-up area."""
    screen = pose.screen("outreach")
    given = media_services(pose.store, pose.clock, seeded_ids(pose.clock))
    screen.media.posts = MediaPosts(given, screen.show_media, screen.media.show_post)
    screen.media.posts.log.show()
    return screen.media.posts


@state(is_shared=False)
def media_owed(pose: Pose) -> None:
    with_outlets(pose)
    pose.screen("outreach").media.open()


@state(is_shared=False)
def media_post_that_lacks(pose: Pose) -> None:
    posts = with_outlets(pose)
    posts.begin(STATION)
    posts.form.write("title", "Bản tin phòng, chống tệ nạn tháng 11")
    posts.form.check()
    frames(2)
