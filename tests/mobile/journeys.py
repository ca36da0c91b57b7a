"""Tasks of officers on the tablet's real screens, done by taps alone; each returns the number of its taps.

`screen` must be on the stage with the list in sight. Typing text counts one tap for the field; keys are not
taps. No step is skipped that an officer would do.
"""

from __future__ import annotations

from scripts.tablet_player.fingers import Fingers

from field178_mobile.features.inspection.section_view import PageState
from field178_mobile.features.outreach.screens.outreach import OutreachScreen
from field178_mobile.features.workspace.screens.establishments import EstablishmentsScreen
from field178_mobile.kit.kv import field_words
from field178_mobile.kit.language import language as _
from field178_shared.record_type import RecordType

SECTION_LIMIT = 20


class Journey:
    """A thumb on the inspection screen."""

    def __init__(self, screen: EstablishmentsScreen) -> None:
        self.screen = screen
        self.fingers = Fingers()

    @property
    def taps(self) -> int:
        """How many times the screen was touched."""
        return self.fingers.taps

    def open(self, establishment_id: str) -> None:
        """Choose an establishment of the list."""
        self.fingers.press("ListRow", key=establishment_id)

    def chip(self, key: str) -> None:
        """Choose a chip."""
        self.fingers.press("OptionChip", key=key)

    def choice(self, key: str) -> None:
        """Choose a line of a list of choices."""
        self.fingers.press("ChoiceRow", key=key)

    def foot(self, action: str) -> None:
        """Press the button of the foot that does this."""
        self.fingers.press("FootButton", action=action)

    def begin(self) -> None:
        """Say that the team got in."""
        self.fingers.press("Btn", icon="clipboard-check-outline")

    def answer(self, item_id: str, value: str) -> None:
        """Tap an answer of an item of the open section."""
        row = self.fingers.find("CheckItem", key=item_id)
        self.fingers.tap(next(seg for seg in row.ids.segs.children if seg.key == value))

    def violation(self, violation_id: str) -> None:
        """Choose a violation offered under an item."""
        self.fingers.press("ViolationRow", key=violation_id)

    def number(self, digits: str) -> None:
        """Type a number on the pad and confirm it."""
        for digit in digits:
            self.fingers.press("PadKey", text=digit)
        self.fingers.press("Btn", icon="check", text=self.screen.workspace.words.translate("OK"))

    def page(self) -> PageState | None:
        """The open section."""
        return self.screen.workspace.state.page


def choose_shift(journey: Journey, members: tuple[str, ...]) -> None:
    """Choose the shift of the night in its sheet, which is open."""
    fingers = journey.fingers
    journey.chip("unannounced")
    journey.chip("tip_off")
    fingers.type(fingers.find("ShiftBody").ids.number, "12/QĐ-UBND")
    fingers.taps += 1
    fingers.press("DateField")
    fingers.press("Chip", text=journey.screen.workspace.words.translate("Today"))
    for member in members:
        journey.choice(member)
    fingers.press("Btn", icon="check", text=journey.screen.workspace.words.translate("Use for tonight"))


def pass_sections(journey: Journey, until: str) -> None:
    """Pass every open section from the section list on: look at its items, confirm them as one, go on."""
    journey.foot("next")
    for _time in range(SECTION_LIMIT):
        page = journey.page()
        assert page is not None
        if page.id == until:
            return
        if page.pass_count:
            journey.foot("pass")
        journey.foot("next")
    raise AssertionError("the sections never end")


def reach_workers(journey: Journey, everybody: int) -> None:
    """Record in the open outreach section that the law was explained to everybody who works there."""
    journey.answer("ou_done", "yes")
    journey.fingers.press("Chip", text=journey.screen.workspace.words.say("Put {number}", number=everybody))


def routine_visit(screen: EstablishmentsScreen, establishment_id: str) -> int:
    """File the routine visit: second one of a shift, five workers as last time, nothing wrong."""
    journey = Journey(screen)
    journey.open(establishment_id)
    journey.begin()
    journey.chip("owner")
    pass_sections(journey, "worker_counts")
    journey.fingers.press("Btn", icon="history")
    journey.fingers.press("Chip", text=journey.screen.workspace.words.say("Put {number}", number=0))
    journey.foot("next")
    reach_workers(journey, 5)
    journey.foot("next")
    journey.choice("compliant")
    journey.foot("complete")
    return journey.taps


def first_visit_with_violations(
    screen: EstablishmentsScreen, establishment_id: str, members: tuple[str, ...]
) -> int:
    """File the first visit of a night: shift, three violations, counts by the pad, measures, deadline."""
    journey = Journey(screen)
    journey.open(establishment_id)
    journey.begin()
    choose_shift(journey, members)
    journey.chip("owner")
    journey.foot("next")
    for section, item, violation in VIOLATIONS:
        while (page := journey.page()) is not None and page.id != section:
            if page.pass_count:
                journey.foot("pass")
            journey.foot("next")
        journey.answer(item, "no")
        journey.violation(violation)
    while (page := journey.page()) is not None and page.id != "worker_counts":
        if page.pass_count:
            journey.foot("pass")
        journey.foot("next")
    journey.fingers.press("CountField", label=_label(journey, "workers_total"))
    # Two of five without a contract: what the last violation is about.
    for digits in ("5", "4", "1", "3", "5", "0"):
        journey.number(digits)
    journey.foot("next")
    reach_workers(journey, 5)
    journey.foot("next")
    journey.choice("violation_recorded")
    journey.chip("5")
    journey.chip("admin_minutes")
    journey.foot("complete")
    return journey.taps


VIOLATIONS = (
    ("fire_safety", "fire_exits_clear", "fire_exit_obstructed"),
    ("karaoke_discotheque", "kd_no_latch", "kd_door_latch"),
    ("labour", "lb_contracts", "lb_no_contract_1_10"),
)


def _label(journey: Journey, item_id: str) -> str:
    page = journey.page()
    assert page is not None
    item = next(item for item in page.items if item.id == item_id)
    return f"{item.text}\u00a0*" if item.is_required else item.text


def talk_at_a_school(screen: OutreachScreen) -> int:
    """File a talk at a school from the list of sessions: 480 pupils, 390 of them for the first time."""
    fingers = Fingers()
    fingers.press("Btn", icon="plus", text=_("New"))
    _pick(fingers, "outreach_form_id", "school_flag_assembly")
    fingers.tap(screen.ids.form.ids.place)
    fingers.press("ChoiceRow", key="school_id.thpt_gl_1")
    _pick(fingers, "host_agency_id", "commune_culture_social")
    fingers.press("Btn", text=screen.ids.form.place_audience)
    for digits in ("480", "390"):
        for digit in digits:
            fingers.press("PadKey", text=digit)
        fingers.press("Btn", icon="check", text=_("OK"))
    fingers.press("OptionChip", key="prostitution_law")
    fingers.press("Btn", icon="check", text=_("Complete"))
    return fingers.taps


def _pick(fingers: Fingers, path: str, key: str) -> None:
    """Choose a value of a field of the session in its sheet."""
    fingers.press("PickField", label=field_words(RecordType.OUTREACH_SESSION, path).label + " *")
    fingers.press("ChoiceRow", key=key)
