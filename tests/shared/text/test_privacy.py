import itertools
import json
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field178_shared.codelists import load
from field178_shared.codelists.loading import LISTS_FILE
from field178_shared.text.normalisation import nfc
from field178_shared.text.privacy import forbidden_stems, lint, mask, matches_forbidden, stigma_in


def _marked(text: str, *known_names: str) -> list[tuple[str, str]]:
    return [(mark.kind, nfc(text)[mark.start : mark.end]) for mark in lint(text, known_names)]


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("CCCD 031095001234 của người trực", "id_number", "031095001234"),
        ("số căn cước: 031 095 001 234", "id_number", "031 095 001 234"),
        ("CMND 123456789", "id_number", "123456789"),
        ("123456789 (CMND)", "id_number", "123456789"),
        ("ghi số 031095001234", "id_number", "031095001234"),
        ("gọi 0912345678", "phone", "0912345678"),
        ("gọi 0912 345 678 gặp chủ", "phone", "0912 345 678"),
        ("gọi +84912345678", "phone", "+84912345678"),
        ("gọi (+84) 983 114 507", "phone", "(+84) 983 114 507"),
        ("gọi +84 (0)912 345 678", "phone", "+84 (0)912 345 678"),
        ("gọi 0 9 1 2 - 3 4 5 - 6 7 8", "phone", "0 9 1 2 - 3 4 5 - 6 7 8"),
        ("xe 15B1-123.45", "plate", "15B1-123.45"),
        ("xe 31F1 2345", "plate", "31F1 2345"),
        ("SN 1998", "birth_year", "SN 1998"),
        ("Sinh năm: 2008", "birth_year", "Sinh năm: 2008"),
        ("sinh ngày 12/3/2008", "birth_year", "sinh ngày 12/3/2008"),
        ("gặp Nguyễn Văn Mẫu tại quầy", "person_name", "Nguyễn Văn Mẫu"),
        ("Trần Mẫu ký", "person_name", "Trần Mẫu"),
        ("Ông Hoàng Văn Mẫu", "person_name", "Hoàng Văn Mẫu"),
        ("NGUYỄN VĂN MẪU", "person_name", "NGUYỄN VĂN MẪU"),
        ("nhan vien Nguyen Van Mau", "person_name", "Nguyen Van Mau"),
        ("gặp chị Hoa ở quầy", "given_name", "Hoa"),
        ("bà Bảy bán nước", "given_name", "Bảy"),
        ("gặp Giàng A Páo tại quầy", "person_name", "Giàng A Páo"),
        ("H'Hen Niê trực đêm", "person_name", "H'Hen Niê"),
        ("Rơ Châm Hyeo ký tên", "person_name", "Rơ Châm Hyeo"),
        ("Chamaléa Thị Thủy vắng", "person_name", "Chamaléa Thị Thủy"),
        ("khách tên Zhang Wei", "person_name", "Zhang Wei"),
        ("nguyen thi hoa ky ten", "person_name", "nguyen thi hoa"),
        ("nguyeenx thij hoa ky ten", "person_name", "nguyeenx thij hoa"),
        ("GẶP CHỊ MỶ TẠI QUẦY", "given_name", "MỶ"),
        ("ĐẠI DIỆN QUÁN TRẦN MINH ĐĂNG VẮNG MẶT", "person_name", "TRẦN MINH ĐĂNG"),
        ("Chủ quán Nhung hẹn chiều nộp hồ sơ", "given_name", "Nhung"),
        ("QL Thảo ký thay", "given_name", "Thảo"),
        ("ql thảo ký thay", "given_name", "thảo"),
        ("BV Lộc trực cổng", "given_name", "Lộc"),
        ("E Phúc không nghe máy", "given_name", "Phúc"),
        ("Tên thật của cô ở phòng 3 là Thùy Dung", "person_name", "Thùy Dung"),
        ("tên ngoài đời của em ấy là Thắm", "given_name", "Thắm"),
        ("tên thật của chị ấy là thùy dung", "person_name", "thùy dung"),
        ("người đưa hàng là Vinh", "given_name", "Vinh"),
        ("quản lý đào là Hải", "given_name", "Hải"),
        ("khách hay gọi Bảy Nhí", "person_name", "Bảy Nhí"),
        ("nó nợ Quân Mập 5 triệu", "person_name", "Quân Mập"),
        ("có Quân lùn và 2 khách", "person_name", "Quân lùn"),
        ('bảo kê là Dũng "trọc" ở chợ', "person_name", 'Dũng "trọc'),
        ("trốn quân thẹo nên nghỉ", "person_name", "quân thẹo"),
        ('thấy Hoàng "hai lúa" ở cửa', "person_name", 'Hoàng "hai lúa'),
        ("người này biệt hiệu Năm Móm", "person_name", "Năm Móm"),
        ("hỏi nhỏ Thúy ở bếp", "given_name", "Thúy"),
        ("thg Khanh dọa đuổi", "given_name", "Khanh"),
        ("Giám sát Trang chấm công", "given_name", "Trang"),
        ("nhân viên buồng Hạnh nghỉ", "given_name", "Hạnh"),
        ("CHỊ THƠM KHAI LÀM TỪ HÈ", "given_name", "THƠM"),
        ("rcom h lan lam o day", "person_name", "rcom h lan"),
        ("đọc số không chín một hai ba bốn năm sáu", "phone_in_words", "không chín một hai ba bốn năm sáu"),
        ("số 09i2 334 556", "phone_in_words", "09i2 334 556"),
        ("cô này bị câm ở bếp", "description", "bị câm"),
        ("hộ chiếu B1234567", "passport", "B1234567"),
        ("stk 19034455667788", "bank_account", "19034455667788"),
        ("gửi về hoa.le@gmail.com", "email", "hoa.le@gmail.com"),
        ("mail là thu.88 a còng gmail chấm com nhé", "email", "thu.88 a còng gmail chấm com"),
        ("gui ve ha93(at)outlook.com", "email", "ha93(at)outlook.com"),
        ("qua ngoc_95 [at] hotmail [dot] com", "email", "ngoc_95 [at] hotmail [dot] com"),
        ("gửi về quan1995@gmail để lấy sổ", "email", "quan1995@gmail"),
        ("chuyển MB 0911 2233 445 trước", "bank_account", "0911 2233 445"),
        ("VPBank 221347789 tên chủ", "bank_account", "221347789"),
        ("30A-12345 đỗ trước quán", "plate", "30A-12345"),
        ("Zalo tên Kiều My rủ thêm bạn", "handle", "Zalo tên Kiều My"),
        ("xem facebook.com/hoa.le.95", "handle", "facebook.com/hoa.le.95"),
        ("cháu 15 tuổi bưng bê", "child_age", "15 tuổi"),
        ("thường trú tại thôn Đông, xã Tân Viên", "home_address", "thường trú tại thôn Đông, xã Tân Viên"),
        ("co Nga le tan chua ky", "given_name", "Nga"),
        ("Mế Pàng bảo cháu đi từ Tết", "given_name", "Pàng"),
        ("Phó bản Giàng hứa nhắc các hộ", "given_name", "Giàng"),
        ("y tế bản Thào có mặt", "given_name", "Thào"),
        ("chi hội trưởng phụ nữ Lựu nói sẽ theo dõi", "given_name", "Lựu"),
        ("Trưởng khu phố Nhung xác nhận", "given_name", "Nhung"),
        ("chị Thắm ở bản Nà Tấu", "home_address", "chị Thắm ở bản Nà Tấu"),
        ("chị ở căn hộ số 8 tòa A", "home_address", "chị ở căn hộ số 8 tòa A"),
        ("bi thu Hanh da ky", "given_name", "Hanh"),
        ('"Dũng grab" chở khách tới', "person_name", "Dũng grab"),
        ('thấy "Hùng xe ôm" ở cổng', "person_name", "Hùng xe ôm"),
        ("chiếc Innova bạc 29C 118 04 chờ ở cổng", "plate", "29C 118 04"),
        ("con trai út bà chủ lớp 5B phụ bưng", "child_age", "con trai út bà chủ lớp 5B"),
        ("nhận ở thu hà bảy ba a còng yahoo chấm com", "email", "thu hà bảy ba a còng yahoo chấm com"),
        ("có gái gọi tại quán", "stigma", "gái gọi"),
        ("Đối tượng mại dâm", "stigma", "Đối tượng mại dâm"),
        ("the raid of Monday", "stigma", "raid"),
    ],
)
def test_personal_data_is_marked(text, kind, place) -> None:
    assert _marked(text) == [(kind, place)]
    assert _marked(unicodedata.normalize("NFD", text)) == [(kind, place)]


@pytest.mark.parametrize(
    "text",
    [
        "Phạt 500000000 đồng",
        "Phạt 0912345678 đồng",
        "CMND không có; phạt 500.000.000 đồng",
        "MST 0201234567",
        "chuyển khoản 12 000 000 vào quỹ",
        "nộp qua ngân hàng 15000000 đồng",
        "tem kiểm định bình gas 36C-00412",
        "biên lai 51A-00482",
        "hỏi qua thanhtra(at)hanoi.gov.vn",
        "mã số thuế 0801234567-001",
        "MST hộ kinh doanh 031095001234",
        "Giấy phép số 031095001234",
        "Đường Trần Tất Văn",
        "đường Trần Tất Văn, thị trấn An Lão",
        "duong Tran Tat Van",
        "số 12 Lê Lợi",
        "Cao điểm Tết",
        "Đoàn Thanh niên phối hợp tuyên truyền",
        "Tên của quán là Hoa Hồng, tên trên giấy phép là Sao Đêm",
        "Đoàn hỗ trợ tổ 5; chủ quán ở số 12 đường Lê Lợi",
        "Chủ cơ sở Hoa Hồng hẹn chiều nộp",
        "Người đại diện là Công ty Sao Mai",
        "Khách chủ yếu là Việt kiều, phục vụ là nam",
        "quản lý đào tạo thêm nhân viên, quản lý minh bạch",
        "Chuyển sang BV Hùng Vương, BV tuyến huyện",
        "Quán Hùng Béo bán bánh Mỹ Đen, hoa Mai Vàng",
        "Khu A Bình Minh",
        "Quy chế Đội kiểm tra, ý kiến gì thêm",
        "Các anh chị em bị HIV được tư vấn, cấm hút thuốc",
        "tu duong le loi sang duong hai ba trung",
        "Đoàn Kiểm tra liên ngành",
        "TP Hồ Chí Minh",
        "thành phố Hồ Chí Minh",
        "Mai Hương tới",
        "năm 1998 sửa lại",
        "Quyết định 33/KH-UBND ngày 22/02/2024",
        "Hoạt động và lao động bình thường",
        "chợ Bà Chiểu, cầu Ông Lãnh",
        "Karaoke Hoa Hồng, khách sạn Phương Đông",
        "đường Trần Phú, Lê Lợi và Nguyễn Huệ",
        "3 chị em, các anh công an",
        "Bà Rịa, Đắk Lắk, Ea H'leo",
        "Sáng thứ Tư, tháng Ba",
        "Không có lao động dưới 16 tuổi",
        "Nộp tài khoản 3949.0.1054321 tại Kho bạc",
        "Đăng ký tạm trú tại Công an phường",
        "co hoa don, tran nha dot",
        "co Hoa don nhung thieu chu ky",
        "loa bi do do con cua doan muon",
        "23h di ve, 8h roi a",
        "Chủ tịch xã Hòa đã ký, cán bộ xã Sùng Đô có mặt",
        "Trưởng bản Nậm Khao có mặt, trưởng thôn Hạ đã ký",
        "Bí thư Đoàn xã và chủ tịch Hội Phụ nữ phát biểu",
        'biển hiệu "Dũng taxi", quán "Hương cà phê"',
        "con Vios nói trên đậu ngoài, khách lái Innova",
        "Ngọc Anh Spa",
        "chuyển nạn nhân tới cơ quan chức năng",
        "",
    ],
)
def test_text_without_personal_data_is_not_marked(text) -> None:
    assert _marked(text) == []


_DESCRIPTIONS = (
    "nữ duy nhất người Lào trong quán kể lại",
    "em có hình xăm con rồng ở vai",
    "chị này là người báo tin",
    "người tố giác bán nước trước cổng quán",
    "nhân viên cụt hai ngón tay",
    "chị lao công đang mang bầu 6 tháng",
    "con dâu chủ tịch xã đứng tên giấy phép",
    "em sống cùng mẹ ở ấp Bình Hoà",
    "nhà bà ngoại em ở thôn Trung, xã Yên Lâm",
    "cháu học lớp 8 thì bỏ học theo bạn lên đây",
    "gốc Sóc Trăng, em làm ở đây 2 tháng",
    "con trai út của chị bếp lên 4, chơi ở sân",
    "cháu gái bà chủ mới lên sáu thì bị gửi về",
    "con chị nấu ăn học lớp 3, tối ngủ lại quán",
    "nơi ở của quản lý: ngõ 15 phố Hàng Bột",
    "em trọ ở hẻm 67 đường Lê Văn Thọ",
    "chị ấy sống ở chung cư Sao Mai, tòa C2, phòng 1504",
    "nhân viên thuê phòng ở dãy trọ Bảy Hiền, hẻm 9",
    "thanh niên xăm kín hai tay đứng gác",
    "con bé mới lên lớp 7 nghỉ hè ra phụ mẹ",
    "bảo kê mất hai ngón tay phải đứng gác",
    "con nhỏ chưa tròn 15 mà làm tới khuya",
    "cô ấy thuê căn 12A chung cư Sao Mai 3",
    "chủ ở lầu 3 chung cư Sao Mai, quận 4",
    "em trọ hẻm 14 đường Trưng Vương, quản lý ở số 2 tổ 14 khối Tân Lập",
    "cô phục vụ má có nốt ruồi to tránh máy ảnh",
    "nhà của lễ tân ở kiệt 82 đường Trưng Vương",
    "vợ của phó công an xã góp vốn mở quán",
    "nhân viên có vết sẹo hình chữ L trên trán",
    "bảo kê thọt chân phải hay ngồi trước cửa",
    "em gái chị bếp lớp 10A3 tối ra trông quầy",
    "tạm trú căn hộ 905 tòa C2, phường An Bình",
    "thường trú phòng trọ số 7, kiệt 12 Trần Cao Vân",
    "gia đình em ở bản Huổi Lóng, xã Mường Nhé",
    "gia đình cháu hiện ở khu phố 3",
    "nhà thím ở hẻm 45 Lý Thái Tổ",
    "cháu gái của thầy cúng bản bên",
    "con nuôi của phó bản",
    "nhà chú ấy cuối kiệt 90 Hùng Vương",
    "em bị khuyết tật vận động từ nhỏ",
    "cô phục vụ tật ở tay phải",
)
_NO_DESCRIPTIONS = (
    "Cơ sở duy nhất trên địa bàn có giấy phép",
    "chỉ có một lối thoát hiểm duy nhất",
    "Giữ bí mật cho người báo tin; người tố giác được bảo vệ",
    "dịch vụ xăm hình, điều trị sẹo không phép",
    "lao động nữ mang thai từ tháng thứ 7 không làm ca đêm",
    "trưởng bản và vợ chồng chủ quán ký biên bản",
    "khách lưu trú tại phòng 305, khách quê Hải Phòng",
    "học sinh lớp 8, lớp 9 tham dự đông đủ",
    "các nhân viên quê ở Thanh Hóa đều có hợp đồng",
    "người dân thôn Hạ đồng tình",
    "món ăn gốc Huế, đặc sản Nghệ An",
    "mất 2 tay vịn cầu thang, mất 1 bản hợp đồng",
    "giá phòng lên 5 triệu từ tháng 3",
    "em lên 2 phòng dọn, cháu lên lầu 3 lấy khăn",
    "các cháu học lớp 6 được phát tờ rơi",
    "đoàn kiểm tra quán ở chung cư Sao Mai, lô B",
    "cơ sở nằm ở hẻm 67 đường Lê Văn Thọ",
    "gia đình chị ngồi ở bàn số 4",
    "học sinh lớp 9A2 dự buổi tuyên truyền",
    "loa bị tắt ở nửa sân, camera bị tắt",
    "các hộ ở bản Nậm Khao",
    "anh em ở bản Đông tham gia, cháu đến lớp 2 lần",
)


_LABELLED = (
    "checklist_items",
    "violations",
    "inspection_enums",
    "outreach",
    "establishment_types",
    "indicators",
)


def _labels(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("vi", "en") and isinstance(inner, str):
                yield inner
            else:
                yield from _labels(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _labels(inner)


@pytest.mark.parametrize("name", _LABELLED)
def test_no_label_of_a_list_is_marked_as_personal_data(name) -> None:
    """Officers choose these texts; a mark on one would stand on every record and every export."""
    labels = set(_labels(json.loads(LISTS_FILE.read_bytes())[name]))
    assert labels
    marks = {text: kinds for text in labels if (kinds := [kind for kind, _ in _marked(text)])}
    assert {text for text, kinds in marks.items() if kinds != ["stigma"] * len(kinds)} == set()


def _without_marks(text: str) -> str:
    return "".join(
        char
        for char in unicodedata.normalize("NFD", text.replace("đ", "d"))
        if not unicodedata.combining(char)
    )


@pytest.mark.parametrize("written", [str, str.lower, str.upper, _without_marks])
@pytest.mark.parametrize("text", _DESCRIPTIONS)
def test_what_makes_one_person_known_is_marked_however_it_is_typed(text, written) -> None:
    marks = _marked(written(text))
    assert {kind for kind, _ in marks} & {"description", "home_address", "child_age"}


@pytest.mark.parametrize("written", [str, str.lower, str.upper, _without_marks])
@pytest.mark.parametrize("text", _NO_DESCRIPTIONS)
def test_what_fits_many_people_or_none_is_no_description(text, written) -> None:
    assert _marked(written(text)) == []


def test_the_establishments_own_name_passes() -> None:
    text = "Nhà nghỉ Nguyễn Văn Mẫu mở cửa; gặp Trần Văn Mẫu"
    assert _marked(text, "Nhà nghỉ Nguyễn Văn Mẫu", " ") == [("person_name", "Trần Văn Mẫu")]


def test_a_street_word_counts_only_right_before_the_name() -> None:
    assert _marked("cuối đường. Nguyễn Văn Mẫu") == [("person_name", "Nguyễn Văn Mẫu")]
    assert _marked("1. Nguyễn Văn Mẫu") == [("person_name", "Nguyễn Văn Mẫu")]


def test_marks_stand_in_reading_order_and_none_inside_another() -> None:
    marks = lint("Nguyễn Văn Mẫu SN 1998, CCCD 031095001234, gọi 0912345678")
    assert [mark.kind for mark in marks] == ["person_name", "birth_year", "id_number", "phone"]
    assert all(mark.end <= other.start for mark, other in itertools.pairwise(marks))


def test_mark_has_a_message_in_the_readers_language() -> None:
    assert lint("gọi 0912345678")[0].message == "Có thể là số điện thoại"
    assert lint("gọi 0912345678", language="en")[0].message == "May be a phone number"


def test_a_word_to_avoid_comes_with_a_better_one() -> None:
    mark = lint("có con nghiện")[0]
    assert mark.suggestion == "người sử dụng ma túy"
    assert mark.message.endswith(mark.suggestion)
    assert lint("gái gọi", language="en")[0].suggestion == "person who sells sex"


def test_masking_hides_the_marked_places_alone() -> None:
    text = "CCCD 031095001234, cửa đóng"
    assert mask(text, lint(text)) == "CCCD ••••••••••••, cửa đóng"


WORDS = [
    "Nguyễn",
    "Văn",
    "Mẫu",
    "Lê",
    "Cao",
    "Đoàn",
    "đường",
    "Đường",
    "số",
    "CCCD",
    "MST",
    "SN",
    "1998",
    "031095001234",
    "0912345678",
    "123456789",
    "500000000",
    "đồng",
    "15B1-123.45",
    "gái gọi",
    "NGUYỄN",
    "VĂN",
    "MẪU",
    "Nguyen",
    "Van",
    ".",
    ",",
    "12",
    "CMND",
    "sinh năm",
    "raid",
    "Hồ Chí Minh",
]
notes = st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join)


@given(notes, st.lists(st.text(), max_size=2))
def test_any_text_can_be_checked(text, known_names) -> None:
    plain = nfc(text)
    for mark in lint(text, known_names):
        assert 0 <= mark.start < mark.end <= len(plain)


@given(notes)
def test_masking_removes_every_mark_and_keeps_the_length(text) -> None:
    marks = lint(text)
    hidden = mask(text, marks)
    assert len(hidden) == len(nfc(text))
    assert all(set(hidden[mark.start : mark.end]) == {"•"} for mark in marks)


@given(
    st.lists(st.sampled_from(["Nguyễn Văn Mẫu", "CCCD 031095001234", "gọi 0912345678", "đã ký", "SN 1998"]))
)
def test_a_masked_note_has_nothing_left_to_mark(parts) -> None:
    text = "; ".join(parts)
    assert lint(mask(text, lint(text))) == ()


@pytest.mark.parametrize(
    "name",
    [
        "worker_name",
        "workerName",
        "answers.worker_name.v",
        "Worker Name",
        "ho_ten_nguoi_lao_dong",
        "họ tên người lao động",
        "nạn nhân",
        "NAN_NHAN",
        "passport_number",
        "guest-name",
        "HIVStatus",
        "so_cccd",
        "date_of_birth",
    ],
)
def test_a_name_that_holds_a_forbidden_stem_is_found(name) -> None:
    assert matches_forbidden(name)


@pytest.mark.parametrize(
    "name",
    [
        "display_name",
        "establishment_name",
        "name",
        "workers_total",
        "registration_number",
        "national_group",
        "worker",
        "names_of_workers",
        "informants_total",
        "bisexual",
        "",
    ],
)
def test_a_name_without_the_whole_words_of_a_stem_passes(name) -> None:
    assert not matches_forbidden(name)


def test_every_stem_is_found_in_itself() -> None:
    assert len(forbidden_stems()) >= 35
    assert [stem for stem in forbidden_stems() if not matches_forbidden(stem)] == []


def test_no_item_or_list_of_the_product_has_a_forbidden_field() -> None:
    lists = load()
    names = [*lists.items, *(extra for item in lists.items.values() for extra in item.extra)]
    names += [*lists.choices, *(field.id for form in lists.document_forms.values() for field in form.fields)]
    assert [name for name in names if matches_forbidden(name)] == []


def test_a_label_may_not_call_people_victims_while_a_note_may() -> None:
    assert stigma_in("Nạn nhân", load()) == ("Nạn nhân",)
    assert stigma_in("Cơ sở thuộc diện kiểm tra", load()) == ()
    assert lint("hỗ trợ nạn nhân") == ()
