"""Table of errors: stable code, HTTP status (if any), one sentence each in vi and en."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, auto
from types import MappingProxyType
from typing import NamedTuple


class Sentence(NamedTuple):
    """Sentence of an error for people, in both languages."""

    vi: str
    en: str


def _error(vi: str, en: str, status: int | None = None) -> tuple[object, ...]:
    """Declare a member of `ErrorCode`; `auto` makes the code: the name of the member in lower case."""
    return auto(), status, vi, en


class ErrorCode(StrEnum):
    """Every error of the product, with its sentences, and the HTTP status when a whole request ends with it.

    A code is never reused and never changes its meaning.
    """

    status: int | None
    vi: str
    en: str

    def __new__(cls, code: str, status: int | None = None, vi: str = "", en: str = "") -> ErrorCode:
        """Create the member of a code. Type checkers need the defaults for the look-up `ErrorCode(code)`."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.status, member.vi, member.en = status, vi, en
        return member

    # whole answers (docs/sync-protocol.md §7.1)
    MALFORMED = _error("Dữ liệu gửi lên không đọc được.", "The data sent cannot be read.", 400)
    BAD_ENCODING = _error("Dữ liệu nén bị hỏng.", "The compressed data is damaged.", 400)
    BAD_REQUEST = _error("Yêu cầu thiếu hoặc sai thông tin.", "The request lacks or mistakes something.", 400)
    QUERY_REFUSED = _error("Câu truy vấn dữ liệu không đúng.", "The query of the data is not valid.", 400)
    TOKEN_REFUSED = _error(
        "Mã đọc dữ liệu sai, đã hết hạn hoặc đã bị thu hồi.",
        "The token for reading data is wrong, has expired or was revoked.",
        401,
    )
    SESSION_UNKNOWN = _error("Phiên làm việc không hợp lệ.", "The session is unknown.", 401)
    SESSION_EXPIRED = _error("Phiên làm việc đã hết hạn.", "The session has expired.", 401)
    DEVICE_MISMATCH = _error(
        "Phiên này không phải của máy đang gửi.", "This session belongs to another device.", 403
    )
    DEVICE_REVOKED = _error("Máy này đã bị thu hồi quyền.", "This device has been revoked.", 403)
    SIGN_IN_NEEDED = _error(
        "Cần cán bộ đăng nhập trên máy này trước.", "An officer signs in on this device first.", 403
    )
    OFFICER_MISMATCH = _error(
        "Mã đăng ký của máy này cấp cho cán bộ khác. Cán bộ đó phải đăng nhập trước.",
        "The code of this device was issued for another officer, who signs in first.",
        403,
    )
    ENROLMENT_REFUSED = _error(
        "Mã đăng ký sai, đã dùng hoặc hết hạn.", "The enrolment code is wrong, used or expired.", 403
    )
    SIGNATURE_REFUSED = _error("Chữ ký của máy không đúng.", "The device's signature is wrong.", 403)
    SIGN_IN_REFUSED = _error(
        "Tên đăng nhập hoặc mật khẩu không đúng.", "The login or the password is wrong.", 403
    )
    FORBIDDEN = _error("Bạn không có quyền làm việc này.", "You may not do this.", 403)
    NOT_FOUND = _error("Không tìm thấy.", "Not found.", 404)
    METHOD_NOT_ALLOWED = _error("Cách gọi này không dùng được ở đây.", "This method is not used here.", 405)
    REVISION_CHANGED = _error(
        "Phiếu đã thay đổi sau khi bạn mở.", "The record has changed since you opened it.", 409
    )
    DECIDED_MEANWHILE = _error(
        "Phiếu đã được quyết định sau khi bạn mở.", "The record was decided on since you opened it.", 409
    )
    REPORT_FROZEN = _error(
        "Báo cáo đã chốt, không sửa được nữa.", "The report is frozen and changes no more.", 409
    )
    NOT_SIGNED_OFF = _error(
        "Lãnh đạo chưa thông qua báo cáo.", "Leadership has not signed the report off.", 409
    )
    SIGNED_OFF = _error("Lãnh đạo đã thông qua báo cáo.", "Leadership has signed the report off.", 409)
    FIGURES_CHANGED = _error(
        "Số liệu đã thay đổi sau khi lãnh đạo thông qua.",
        "Figures have changed since leadership signed them off.",
        409,
    )
    PLAN_LOCKED = _error(
        "Lượt đột xuất đang khóa: nhập cụm từ của kế hoạch trước.",
        "Unannounced visits are locked: type the passphrase of the plan first.",
        409,
    )
    OFFSET_MISMATCH = _error("Vị trí gửi tiếp không khớp.", "The upload offset does not match.", 409)
    UPLOAD_GONE = _error("Lượt gửi tệp không còn.", "The upload is gone.", 410)
    TUS_VERSION = _error(
        "Phiên bản gửi tệp không hỗ trợ.", "The upload protocol version is not supported.", 412
    )
    TOO_LARGE = _error("Dữ liệu quá lớn.", "The data is too large.", 413)
    UNSUPPORTED_MEDIA_TYPE = _error("Kiểu nội dung không hỗ trợ.", "The content type is not supported.", 415)
    UNSUPPORTED_ENCODING = _error("Kiểu nén không hỗ trợ.", "The content encoding is not supported.", 415)
    FILE_REFUSED = _error("Tệp không được chấp nhận.", "The file is refused.", 422)
    RESCUE_FILE = _error(
        "Tệp cứu hộ không dùng được: hỏng, thiếu, hoặc không phải của máy chủ này. Chưa nhập gì.",
        "The rescue file cannot be used: damaged, cut short, or not for this server. Nothing was imported.",
        422,
    )
    LISTS_REFUSED = _error(
        "Danh mục không nhận được. Chưa thay đổi gì.", "The lists cannot be taken. Nothing was changed.", 422
    )
    TEMPLATE_REFUSED = _error(
        "Mẫu báo cáo không nhận được.", "The template of the report cannot be taken.", 422
    )
    REGISTER_FILE = _error(
        "Tệp danh sách cơ sở không dùng được. Chưa nhập gì.",
        "The file of establishments cannot be used. Nothing was imported.",
        422,
    )
    LOCKED = _error("Phiếu đã duyệt, thay đổi được giữ riêng.", "Approved: the change is kept aside.", 423)
    FLAGGED = _error(
        "Phiếu có điểm cần xem trước khi duyệt.",
        "The record has flags to look at before it is approved.",
        422,
    )
    PROTOCOL_UNSUPPORTED = _error(
        "Phiên bản ứng dụng không còn dùng được.", "This version of the application cannot be served.", 426
    )
    SLOW_DOWN = _error("Thử quá nhiều lần, hãy chờ.", "Too many attempts: please wait.", 429)
    CHECKSUM_MISMATCH = _error("Tệp bị sai khi gửi.", "The file was damaged on its way.", 460)
    BUSY = _error("Máy chủ đang bận, sẽ tự gửi lại.", "The server is busy; it will be sent again.", 503)
    BEING_COUNTED = _error(
        "Số liệu đang được tính; hãy mở lại sau vài phút.",
        "The figures are being counted: look again in some minutes.",
        503,
    )
    STORAGE_FULL = _error(
        "Máy chủ không ghi được (hết chỗ?), hãy báo quản trị viên. Máy vẫn giữ dữ liệu và sẽ tự gửi lại.",
        "The server cannot write (no room?): tell the administrator. What you have is kept and sent again.",
        503,
    )
    STORE_UNAVAILABLE = _error(
        "Kho hồ sơ của cơ quan đang ngừng. Máy vẫn giữ dữ liệu và sẽ tự gửi lại.",
        "The office's store does not answer. What you have is kept and sent again.",
        503,
    )
    INTERNAL = _error("Máy chủ gặp lỗi, dữ liệu vẫn được giữ.", "The server failed; your data is kept.", 500)
    QUERY_UNSUPPORTED = _error(
        "Máy chủ chưa hỗ trợ phần này của câu truy vấn dữ liệu.",
        "This part of a query of the data is not supported.",
        501,
    )

    # receipts of one change (docs/sync-protocol.md §7.2)
    ID_REUSE = _error("Mã thay đổi bị dùng lại.", "The change id was used for other content.")
    ORPHAN = _error("Máy chủ chưa có phiếu gốc.", "The server does not have the record yet.")
    RECORD_EXISTS = _error("Mã phiếu đã tồn tại.", "The record id exists already.")
    SCHEMA = _error("Có mục nhập sai kiểu.", "A field has a wrong form.")
    RULE = _error("Các mục nhập không khớp nhau.", "Fields contradict each other.")
    UNKNOWN_TYPE = _error("Máy chủ chưa biết loại phiếu này.", "The server does not know this type.")
    UNKNOWN_SCHEMA = _error("Máy chủ chưa biết mẫu phiếu này.", "The server does not know this schema.")
    UNKNOWN_OP = _error("Máy chủ chưa biết thao tác này.", "The server does not know this operation.")
    BAD_PATH = _error("Tên mục không hợp lệ.", "A path is not valid.")
    SCOPE_NOT_GRANTED = _error("Máy không phụ trách địa bàn này.", "The device has no right to this area.")
    SCOPE_MISMATCH = _error("Phiếu không thuộc địa bàn đã ghi.", "The record is not of the area named.")
    OFFICE_ONLY = _error("Chỉ văn phòng được ghi mục này.", "Only the office writes this.")
    USER_UNKNOWN = _error("Cán bộ chưa gắn với máy này.", "The officer is not bound to this device.")
    PURGED = _error("Nội dung đã bị xóa theo quy định.", "The content has been erased.")
    SECOND_PERSON_NEEDED = _error(
        "Người xác nhận phải khác người đề nghị.", "Somebody else than who asked must confirm.", 403
    )
    LAST_OVERSEER = _error(
        "Phải còn một lãnh đạo hoặc cán bộ bảo vệ dữ liệu có tài khoản mở.",
        "One leader or privacy officer must keep an open account.",
        403,
    )
    CONFLICT_UNKNOWN = _error(
        "Phiếu này không có khác biệt được nêu.", "The record has no such disagreement."
    )
    MERGE_CIRCLE = _error("Một phiếu không thể gộp vào chính nó.", "A record cannot be merged into itself.")
    REPLACED = _error("Đã được lần sửa sau thay thế.", "A later change has replaced it.")
    DELETED = _error("Phiếu đã bị xóa ở nơi khác.", "The record was deleted elsewhere.")
    CHANGED = _error("Mục này đã được sửa ở nơi khác.", "This field was changed elsewhere.")
    MERGED = _error("Phiếu đã được gộp vào phiếu khác.", "The record was merged into another.")

    # one field (schemas)
    REQUIRED = _error("Cần nhập mục này.", "This is required.")
    WRONG_TYPE = _error("Sai kiểu dữ liệu.", "Wrong type.")
    TOO_LONG = _error("Quá dài.", "Too long.")
    TOO_SHORT = _error("Quá ngắn.", "Too short.")
    NOT_INTEGER = _error("Cần số nguyên.", "A whole number is needed.")
    OUT_OF_RANGE = _error("Số nằm ngoài khoảng cho phép.", "The number is out of range.")
    NEGATIVE = _error("Số không được âm.", "The number must not be negative.")
    BAD_DATE = _error("Ngày không hợp lệ.", "Not a valid date.")
    BAD_TIME = _error("Giờ không hợp lệ.", "Not a valid time.")
    BAD_ID = _error("Mã không hợp lệ.", "Not a valid id.")
    BAD_MINUTES_NUMBER = _error(
        "Số biên bản phải có dạng 07/BB-ĐKT178 (số nhỏ hơn 10 có thêm số 0 ở trước).",
        "The number of minutes must look like 07/BB-ĐKT178 (below ten with a zero).",
    )
    UNKNOWN_CHOICE = _error("Không có trong danh mục.", "Not in the list.")
    # rules across fields
    SUM_MISMATCH = _error(
        "Tổng không bằng các số thành phần cộng lại.", "The total is not the sum of its parts."
    )
    EXCEEDS_TOTAL = _error("Lớn hơn tổng số.", "More than the total.")
    EXCEEDS_PRESENT = _error("Lớn hơn số người có mặt.", "More than the people present.")
    EXCEEDS_ATTENDANCE = _error("Lớn hơn số lượt người tham dự.", "More than the attendance.")
    END_BEFORE_START = _error("Kết thúc trước khi bắt đầu.", "The end is before the start.")
    TOO_FEW_MEMBERS = _error("Cần ít nhất 02 thành viên.", "At least two members are needed.")
    NOT_WHEN_NOT_INSPECTED = _error(
        "Chưa kiểm tra được thì không ghi nội dung kiểm tra.",
        "Nothing is checked on a visit that did not take place.",
    )
    RESULT_CONTRADICTS_ACCESS = _error(
        "Kết luận không khớp với tình trạng kiểm tra.", "The result contradicts the access."
    )
    RESULT_CONTRADICTS_CHECKLIST = _error(
        "Kết luận không khớp với phiếu kiểm tra.", "The result contradicts the checklist."
    )
    FRAME_OUTDATED = _error(
        "Khung phạt không phải khung có hiệu lực ngày vi phạm.",
        "The frame is not the one in force on that date.",
    )
    WRONG_TIER = _error(
        "Mức vi phạm không khớp với số người đã ghi.", "The tier does not fit the number recorded."
    )
    LEADER_ONLY = _error("Chỉ Đội trưởng được ghi mục này.", "Only the team leader records this.")
    REFERRAL_REQUIRED = _error(
        "Cần chọn nơi chuyển tuyến trước khi hoàn thành.", "Choose a referral before completing."
    )
    NOT_IN_ANONYMOUS_FORM = _error(
        "Hình thức ẩn danh không ghi mục này.", "An anonymous form does not record this."
    )
    ONLY_ONE_PLACE = _error(
        "Chỉ chọn trường học hoặc khu công nghiệp.", "Choose a school or a zone, not both."
    )
    LONG_VISIT = _error("Buổi kiểm tra dài hơn 6 giờ.", "The visit is longer than 6 hours.")
    IN_FUTURE = _error("Thời gian ở tương lai.", "The time is in the future.")
    CLOSED_HOURS = _error(
        "Thời điểm kiểm tra ngoài giờ được hoạt động.", "The visit is outside the permitted hours."
    )
    UNUSUAL_COUNT = _error("Số khác thường, cần xem lại.", "An unusual number: worth a second look.")
    COMPLIANT_WITH_FINDINGS = _error(
        "Có vi phạm nhưng kết luận chấp hành tốt.", "Findings, yet the result is compliant."
    )
    COMPLIANT_WITH_SHORTCOMINGS = _error(
        "Có nội dung chưa đạt nhưng kết luận chấp hành tốt.",
        "Items are not met, yet the result is compliant.",
    )
    RESULT_WITHOUT_FINDINGS = _error(
        "Kết luận có vi phạm nhưng chưa ghi vi phạm.", "A violation is concluded, yet none is recorded."
    )
    UNIT_NOT_VALID = _error(
        "Đơn vị hành chính không có hiệu lực vào ngày này.", "The unit does not exist on this date."
    )
    NOT_IN_FORCE = _error(
        "Nội dung này không có hiệu lực theo danh mục vào ngày này.",
        "This was not in force in the lists on this date.",
    )
    ESTABLISHMENT_NOT_NAMED = _error("Chưa chọn cơ sở.", "No establishment is chosen.")
    ALREADY_RECORDED = _error("Có thể đã ghi buổi này.", "This session may be recorded already.")
    POSSIBLE_DUPLICATE = _error(
        "Có thể trùng với cơ sở đã có.", "This may be an establishment already known."
    )
    OUTSIDE_AREA = _error("Ngoài địa bàn của bạn.", "Outside of your area.")
    FORMULA_FAULT = _error("Ô công thức bị lỗi trong tệp.", "The cell is a formula that failed in the file.")
    VISITED_TWICE = _error(
        "Cơ sở này có lượt kiểm tra khác cùng ngày.", "This establishment has another visit that day."
    )
    FAR_FROM_POINT = _error("Nơi ghi phiếu ở xa điểm đã đăng ký.", "Recorded far from the registered point.")
    MISSING_PHOTOS = _error("Chưa nhận đủ ảnh.", "Photos have not been received.")
    PERSONAL_DATA = _error("Có thể có dữ liệu cá nhân trong lời ghi.", "A text may hold personal data.")
    # office entries about a visit
    BEFORE_VISIT = _error("Ngày này trước ngày kiểm tra.", "This day is before the visit.")
    BEFORE_DECISION = _error("Ngày này trước ngày ra quyết định.", "This day is before that of the decision.")
    DATE_IN_FUTURE = _error("Ngày này chưa tới.", "This day is still to come.")
    AGENCY_NOT_VALID = _error(
        "Cơ quan này không hoạt động vào ngày đó.", "This agency did not exist on that day."
    )
    OUTSIDE_FRAME = _error("Số tiền nằm ngoài khung phạt.", "The amount is outside of the fine frame.")
    OVERPAID = _error("Số tiền nhiều hơn số còn phải nộp.", "The amount is more than what is outstanding.")
    PROOF_REQUIRED = _error(
        "Cần ghi căn cứ hoặc kèm một tệp chứng minh.", "Say what proves it, or attach a file that does."
    )
    ALREADY_ENTERED = _error(
        "Văn bản này đã được nhập cho lượt kiểm tra.", "This document is entered already for the visit."
    )
    ENTERED_TWICE = _error("Nội dung này đã được nhập rồi.", "This is entered already.")
    PERIOD_IN_FUTURE = _error("Kỳ này chưa tới.", "This period is still to come.")
    EXCEEDS_ALLOCATED = _error("Nhiều hơn kinh phí được giao.", "More than the budget that was allocated.")
    WEBHOOK_ADDRESS = _error(
        "Cần địa chỉ https:// trên Internet; máy trong mạng nội bộ phải có tên trong FIELD178_WEBHOOK_HOSTS.",
        "An https:// address on the internet; a host of the own network must be named in"
        " FIELD178_WEBHOOK_HOSTS.",
    )
    NO_EVENT_KEPT = _error("Không còn giữ sự kiện nào từ chỗ này.", "No event is kept from there on.")
    # tablet
    NO_NETWORK = _error(
        "Không tới được máy chủ. Kiểm tra mạng, địa chỉ rồi làm lại.",
        "The server was not reached. Check network and address, then try again.",
    )
    NOT_OUR_SERVER = _error(
        "Mạng này chặn kết nối (trang đăng nhập Wi-Fi?).", "This network intercepts connections."
    )
    CERTIFICATE_UNKNOWN = _error(
        "Máy này chưa tin chứng thư của máy chủ. Hãy quét mã QR hoặc dán đường dẫn đăng ký do văn phòng vừa"
        " tạo: trong đó có dấu của chứng thư, còn địa chỉ và mã gõ tay thì không.",
        "This tablet does not trust the server's certificate. Scan the QR code or paste the enrolment link"
        " that the office has just made: it names the certificate, a typed address and code do not.",
    )
    PIN_WRONG = _error("Mã PIN không đúng.", "The PIN is wrong.")
    PIN_LOCKED = _error("Nhập sai nhiều lần, hãy chờ.", "Too many wrong PINs: please wait.")
    STORE_LOCKED = _error("Sổ đang khóa.", "The notebook is locked.")
    STORE_DAMAGED = _error(
        "Tệp dữ liệu bị hỏng, đã khôi phục từ nhật ký.",
        "The data file was damaged and rebuilt from the journal.",
    )
    STORE_TOO_NEW = _error(
        "Sổ được ghi bởi bản ứng dụng mới hơn.", "The notebook was written by a newer version of the app."
    )
    STORE_UNWRITABLE = _error(
        "Máy không ghi được (hết chỗ?): việc vừa làm CHƯA được lưu. Hãy giải phóng bộ nhớ rồi làm lại.",
        "The tablet cannot write (no room?): what you just did is NOT saved. Free some room, then try again.",
    )
    PIN_WEAK = _error(
        "Mã PIN quá dễ đoán, hãy chọn mã khác.", "The PIN is too easy to guess: choose another one."
    )
    PASSPHRASE_WEAK = _error(
        "Cụm từ mở máy phải có ít nhất bốn từ khác nhau trong danh sách của ứng dụng.",
        "The passphrase must have at least four different words of the application's list.",
    )
    VAULT_ALTERED = _error(
        "Địa chỉ văn phòng lưu trên máy đã bị sửa từ bên ngoài. Máy không mở và không gửi gì để giữ an toàn;"
        " dữ liệu vẫn còn. Hãy đưa máy về văn phòng.",
        "The office's address kept on this tablet was changed from outside. It does not open and sends"
        " nothing, to be safe; its data are still there. Take the tablet to the office.",
    )
    STORAGE_LOW = _error(
        "Máy sắp hết chỗ: không thêm được ảnh, phiếu vẫn ghi được.",
        "The tablet is almost full: no photo can be added, records still can.",
    )
    RESCUE_UNWRITTEN = _error(
        "Không ghi được tệp cứu hộ vào thư mục đã chọn.",
        "The rescue file could not be written into the chosen folder.",
    )
    RESCUE_NO_ROOM = _error(
        "Thư mục đã chọn không còn đủ chỗ cho tệp cứu hộ.",
        "The chosen folder has no room left for the rescue file.",
    )
    PAPER_UNSETTLED = _error(
        "Phiếu đang có chỗ cần xem, chưa lập được giấy tờ từ phiếu.",
        "The record has something to be looked at first; no paper can be made of it yet.",
    )
    PAPER_UNOPENED = _error("Máy không có chương trình mở tệp PDF.", "No program of this device opens a PDF.")
    PAPER_UNPRINTED = _error(
        "Không in được: máy in chưa sẵn sàng hoặc chưa cài.",
        "Not printed: there is no printer, or it is not ready.",
    )
    PAPER_UNSAVED = _error(
        "Không ghi được tệp vào thư mục này.", "The file could not be written into this folder."
    )


# Sentences of codes that mean something else for a whole request than in a receipt of a change.
ANSWERS: Mapping[ErrorCode, Sentence] = MappingProxyType(
    {
        ErrorCode.LOCKED: Sentence(
            "Tệp đang được nhận ở một lượt gửi khác, hãy thử lại sau ít giây.",
            "Another request is sending this file: try again in a moment.",
        )
    }
)

NO_DETAILS: Mapping[str, str] = MappingProxyType({})
# Sentences with details; the caller formats the details for people.
DETAILED: Mapping[ErrorCode, Sentence] = MappingProxyType(
    {
        ErrorCode.OUT_OF_RANGE: Sentence(
            "Số phải từ {least} đến {most}.", "The number must be from {least} to {most}."
        )
    }
)


class AppError(Exception):
    """Error with a stable code and typed details; texts come from the catalogs."""

    def __init__(self, code: ErrorCode, **details: object) -> None:
        super().__init__(code.value)
        self.code = code
        self.details = details

    @property
    def status(self) -> int:
        """HTTP status of an answer that ends with this error."""
        return self.code.status or 422


def message(code: str, language: str, details: Mapping[str, str] = NO_DETAILS) -> str:
    """Return the sentence for people; an unknown code (of a newer server) is shown as it is.

    `details` are the limits of a field, formatted for people: its sentence contains them.
    """
    try:
        error_code = ErrorCode(code)
    except ValueError:
        return code
    sentence = DETAILED.get(error_code, error_code) if details else error_code
    return (sentence.en if language == "en" else sentence.vi).format_map(details)


def answer_message(code: ErrorCode, language: str) -> str:
    """Return the sentence for people about a whole request of a tablet that ends with this error."""
    sentence = ANSWERS.get(code, code)
    return sentence.en if language == "en" else sentence.vi
