"""Gallery of all components of the kit on one screen, for developers."""

from __future__ import annotations

from kivy.properties import ObjectProperty
from kivy.uix.boxlayout import BoxLayout

from field178_mobile.kit import kit
from field178_mobile.kit.kv import load_beside
from field178_mobile.kit.widgets.inputs import chips
from field178_mobile.kit.widgets.pictures import map_view
from field178_mobile.maps.map_state import MapState
from field178_mobile.presentation.bitmap import Bitmap
from field178_mobile.presentation.wording import Option

_REQUIRED = (chips.OptionChips, map_view.MapView)


class Gallery(kit.Panes):
    """The kit with sample content; nothing is stored."""

    sheet = ObjectProperty(None)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.ids.rows.show(SAMPLE_ROWS)
        self.ids.filters.show(SAMPLE_FILTERS)
        self.ids.violations.show([Option("no_certificate", "Không có giấy chứng nhận")])
        self.ids.tabs.set_tabs(
            [("info", "Thông tin"), ("check", "Kiểm tra"), ("close", "Kết luận"), ("photos", "Ảnh")]
        )
        self.ids.choices.show(
            [kit.Choice("no", "Không"), kit.Choice("yes", "Có", "Ghi rõ trong ghi chú")], ["yes"]
        )
        self.ids.total.suggestions = [("Như lần trước: 5", 5)]

    def ask(self) -> None:
        """Show a question."""
        kit.confirm(
            "Bỏ bản nháp?",
            "Các mục đã nhập trong lượt này sẽ bị xóa khỏi máy.",
            "Bỏ nháp",
            "Giữ lại",
            self.say,
            "danger",
        )

    def say(self) -> None:
        """Show a passing word."""
        kit.toast("Đã lưu trên máy lúc 22:41")

    def more(self) -> None:
        """Open a page with the remaining states."""
        page = kit.FullPage(title="Bộ giao diện", sub="Các trạng thái còn lại")
        page.add_widget(GalleryStates())
        page.open()

    def pick(self) -> None:
        """Show a sheet of choices."""
        choices = [kit.Choice(str(no), f"Lựa chọn số {no}") for no in range(12)]
        self.sheet = kit.ChoiceSheet(
            choices, ["3"], print, is_multiple=True, title="Thành viên", sub="Chọn một lần cho cả ca"
        )
        self.sheet.open()


class GalleryStates(BoxLayout):
    """States of all tones, texts, empty and disabled widgets, a picture and a map."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("picture", "rubbed"):
            self.ids[name].bitmap = SAMPLE_PICTURE
        self.ids.map.show(SAMPLE_MAP)


# Four points of colour, drawn large.
SAMPLE_PICTURE = Bitmap(2, 2, bytes((196, 184, 164, 88, 62, 44, 20, 120, 60, 120, 92, 70)))
SAMPLE_MAP = MapState((), (), (), None, 0, None)
SAMPLE_FILTERS = [
    Option("near", "Gần nhất", is_chosen=True),
    Option("high_risk", "Nguy cơ cao", hint="18"),
    Option("overdue", "Quá hạn", hint="5"),
]
SAMPLE_ROWS = [
    kit.Row(
        "1", "Nhà nghỉ Hoa Phượng", "Xã An Lão · Nhà nghỉ", "bed-outline", "bad", "120 m", "Nháp", "primary"
    ),
    kit.Row(
        "2",
        "Karaoke Hồng Phúc",
        "Xã An Hưng · Karaoke",
        "microphone-outline",
        "warn",
        "350 m",
        "Chưa gửi",
        "warn",
    ),
    kit.Row(
        "3",
        "Karaoke Bình Minh",
        "Xã An Quang · Karaoke",
        "microphone-outline",
        "bad",
        "1,2 km",
        "Trả lại",
        "bad",
        is_alert=True,
    ),
    kit.Row(
        "4", "Xoa bóp Thủy Tiên", "Xã An Trường · Xoa bóp", "spa-outline", "ok", "2,4 km", "Đã nhận", "faint"
    ),
    kit.Row(
        "5",
        "Cà phê Quỳnh Như",
        "Xã An Khánh · Quán cà phê",
        "coffee-outline",
        "ok",
        "3,0 km",
        "Đã duyệt",
        "ok",
    ),
    kit.Row(
        "6",
        "Nhà hàng Khách sạn Sông Văn Úc Thương mại và Dịch vụ",
        "Xã An Lão · Nhà hàng, quán ăn có phòng riêng",
        "silverware-fork-knife",
        "plain",
        "3,4 km",
        "Đã nhận",
        "faint",
    ),
]

load_beside(__file__)
