"""Table of errors: stable code, HTTP status (if any), one sentence each in vi and en."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """Texts of one code, and the HTTP status when a whole request ends with it."""

    status: int | None
    vi: str
    en: str


class ErrorCode(StrEnum):
    """Every error code of the product. A code is never reused and never changes its meaning."""

    # whole answers (docs/sync-protocol.md §7.1)
    MALFORMED = "malformed"
    BAD_ENCODING = "bad_encoding"
    BAD_REQUEST = "bad_request"
    QUERY_REFUSED = "query_refused"
    TOKEN_REFUSED = "token_refused"  # noqa: S105  # a code, no token
    SESSION_UNKNOWN = "session_unknown"
    SESSION_EXPIRED = "session_expired"
    DEVICE_MISMATCH = "device_mismatch"
    DEVICE_REVOKED = "device_revoked"
    SIGN_IN_NEEDED = "sign_in_needed"
    OFFICER_MISMATCH = "officer_mismatch"
    ENROLMENT_REFUSED = "enrolment_refused"
    SIGNATURE_REFUSED = "signature_refused"
    SIGN_IN_REFUSED = "sign_in_refused"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    REVISION_CHANGED = "revision_changed"
    DECIDED_MEANWHILE = "decided_meanwhile"
    REPORT_FROZEN = "report_frozen"
    NOT_SIGNED_OFF = "not_signed_off"
    SIGNED_OFF = "signed_off"
    FIGURES_CHANGED = "figures_changed"
    OFFSET_MISMATCH = "offset_mismatch"
    UPLOAD_GONE = "upload_gone"
    TUS_VERSION = "tus_version"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    UNSUPPORTED_ENCODING = "unsupported_encoding"
    FILE_REFUSED = "file_refused"
    RESCUE_FILE = "rescue_file"
    LISTS_REFUSED = "lists_refused"
    TEMPLATE_REFUSED = "template_refused"
    REGISTER_FILE = "register_file"
    LOCKED = "locked"
    FLAGGED = "flagged"
    PROTOCOL_UNSUPPORTED = "protocol_unsupported"
    SLOW_DOWN = "slow_down"
    CHECKSUM_MISMATCH = "checksum_mismatch"
    BUSY = "busy"
    BEING_COUNTED = "being_counted"
    STORAGE_FULL = "storage_full"
    INTERNAL = "internal"
    QUERY_UNSUPPORTED = "query_unsupported"

    # receipts of one change (docs/sync-protocol.md §7.2)
    ID_REUSE = "id_reuse"
    ORPHAN = "orphan"
    RECORD_EXISTS = "record_exists"
    SCHEMA = "schema"
    RULE = "rule"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_SCHEMA = "unknown_schema"
    UNKNOWN_OP = "unknown_op"
    BAD_PATH = "bad_path"
    SCOPE_NOT_GRANTED = "scope_not_granted"
    SCOPE_MISMATCH = "scope_mismatch"
    OFFICE_ONLY = "office_only"
    USER_UNKNOWN = "user_unknown"
    PURGED = "purged"
    SECOND_PERSON_NEEDED = "second_person_needed"
    CONFLICT_UNKNOWN = "conflict_unknown"
    MERGE_CIRCLE = "merge_circle"
    REPLACED = "replaced"
    DELETED = "deleted"
    CHANGED = "changed"
    MERGED = "merged"

    # one field (schemas)
    REQUIRED = "required"
    WRONG_TYPE = "wrong_type"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    NOT_INTEGER = "not_integer"
    OUT_OF_RANGE = "out_of_range"
    NEGATIVE = "negative"
    BAD_DATE = "bad_date"
    BAD_TIME = "bad_time"
    BAD_ID = "bad_id"
    BAD_MINUTES_NUMBER = "bad_minutes_number"
    UNKNOWN_CHOICE = "unknown_choice"
    # rules across fields
    SUM_MISMATCH = "sum_mismatch"
    EXCEEDS_TOTAL = "exceeds_total"
    EXCEEDS_PRESENT = "exceeds_present"
    EXCEEDS_ATTENDANCE = "exceeds_attendance"
    END_BEFORE_START = "end_before_start"
    TOO_FEW_MEMBERS = "too_few_members"
    NOT_WHEN_NOT_INSPECTED = "not_when_not_inspected"
    RESULT_CONTRADICTS_ACCESS = "result_contradicts_access"
    RESULT_CONTRADICTS_CHECKLIST = "result_contradicts_checklist"
    FRAME_OUTDATED = "frame_outdated"
    WRONG_TIER = "wrong_tier"
    LEADER_ONLY = "leader_only"
    REFERRAL_REQUIRED = "referral_required"
    NOT_IN_ANONYMOUS_FORM = "not_in_anonymous_form"
    ONLY_ONE_PLACE = "only_one_place"
    LONG_VISIT = "long_visit"
    IN_FUTURE = "in_future"
    CLOSED_HOURS = "closed_hours"
    UNUSUAL_COUNT = "unusual_count"
    COMPLIANT_WITH_FINDINGS = "compliant_with_findings"
    COMPLIANT_WITH_SHORTCOMINGS = "compliant_with_shortcomings"
    RESULT_WITHOUT_FINDINGS = "result_without_findings"
    UNIT_NOT_VALID = "unit_not_valid"
    NOT_IN_FORCE = "not_in_force"
    ESTABLISHMENT_NOT_NAMED = "establishment_not_named"
    ALREADY_RECORDED = "already_recorded"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    OUTSIDE_AREA = "outside_area"
    FORMULA_FAULT = "formula_fault"
    VISITED_TWICE = "visited_twice"
    FAR_FROM_POINT = "far_from_point"
    MISSING_PHOTOS = "missing_photos"
    PERSONAL_DATA = "personal_data"
    # office entries about a visit
    BEFORE_VISIT = "before_visit"
    BEFORE_DECISION = "before_decision"
    DATE_IN_FUTURE = "date_in_future"
    AGENCY_NOT_VALID = "agency_not_valid"
    OUTSIDE_FRAME = "outside_frame"
    OVERPAID = "overpaid"
    PROOF_REQUIRED = "proof_required"
    ALREADY_ENTERED = "already_entered"
    ENTERED_TWICE = "entered_twice"
    PERIOD_IN_FUTURE = "period_in_future"
    EXCEEDS_ALLOCATED = "exceeds_allocated"
    WEBHOOK_ADDRESS = "webhook_address"
    NO_EVENT_KEPT = "no_event_kept"
    # tablet
    NO_NETWORK = "no_network"
    NOT_OUR_SERVER = "not_our_server"
    CERTIFICATE_UNKNOWN = "certificate_unknown"
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED = "pin_locked"
    STORE_LOCKED = "store_locked"
    STORE_DAMAGED = "store_damaged"
    STORE_TOO_NEW = "store_too_new"
    STORE_UNWRITABLE = "store_unwritable"
    PIN_WEAK = "pin_weak"
    STORAGE_LOW = "storage_low"
    RESCUE_UNWRITTEN = "rescue_unwritten"
    RESCUE_NO_ROOM = "rescue_no_room"
    PAPER_UNSETTLED = "paper_unsettled"
    PAPER_UNOPENED = "paper_unopened"
    PAPER_UNPRINTED = "paper_unprinted"
    PAPER_UNSAVED = "paper_unsaved"


_E = ErrorEntry
_TABLE: dict[ErrorCode, ErrorEntry] = {
    ErrorCode.MALFORMED: _E(400, "Dữ liệu gửi lên không đọc được.", "The data sent cannot be read."),
    ErrorCode.BAD_ENCODING: _E(400, "Dữ liệu nén bị hỏng.", "The compressed data is damaged."),
    ErrorCode.BAD_REQUEST: _E(
        400, "Yêu cầu thiếu hoặc sai thông tin.", "The request lacks or mistakes something."
    ),
    ErrorCode.QUERY_REFUSED: _E(
        400, "Câu truy vấn dữ liệu không đúng.", "The query of the data is not valid."
    ),
    ErrorCode.TOKEN_REFUSED: _E(
        401,
        "Mã đọc dữ liệu sai, đã hết hạn hoặc đã bị thu hồi.",
        "The token for reading data is wrong, has expired or was revoked.",
    ),
    ErrorCode.SESSION_UNKNOWN: _E(401, "Phiên làm việc không hợp lệ.", "The session is unknown."),
    ErrorCode.SESSION_EXPIRED: _E(401, "Phiên làm việc đã hết hạn.", "The session has expired."),
    ErrorCode.DEVICE_MISMATCH: _E(
        403, "Phiên này không phải của máy đang gửi.", "This session belongs to another device."
    ),
    ErrorCode.DEVICE_REVOKED: _E(403, "Máy này đã bị thu hồi quyền.", "This device has been revoked."),
    ErrorCode.SIGN_IN_NEEDED: _E(
        403, "Cần cán bộ đăng nhập trên máy này trước.", "An officer signs in on this device first."
    ),
    ErrorCode.OFFICER_MISMATCH: _E(
        403,
        "Mã đăng ký của máy này cấp cho cán bộ khác. Cán bộ đó phải đăng nhập trước.",
        "The code of this device was issued for another officer, who signs in first.",
    ),
    ErrorCode.ENROLMENT_REFUSED: _E(
        403, "Mã đăng ký sai, đã dùng hoặc hết hạn.", "The enrolment code is wrong, used or expired."
    ),
    ErrorCode.SIGNATURE_REFUSED: _E(403, "Chữ ký của máy không đúng.", "The device's signature is wrong."),
    ErrorCode.SIGN_IN_REFUSED: _E(
        403, "Tên đăng nhập hoặc mật khẩu không đúng.", "The login or the password is wrong."
    ),
    ErrorCode.FORBIDDEN: _E(403, "Bạn không có quyền làm việc này.", "You may not do this."),
    ErrorCode.NOT_FOUND: _E(404, "Không tìm thấy.", "Not found."),
    ErrorCode.METHOD_NOT_ALLOWED: _E(
        405, "Cách gọi này không dùng được ở đây.", "This method is not used here."
    ),
    ErrorCode.REVISION_CHANGED: _E(
        409, "Phiếu đã thay đổi sau khi bạn mở.", "The record has changed since you opened it."
    ),
    ErrorCode.DECIDED_MEANWHILE: _E(
        409,
        "Phiếu đã được quyết định sau khi bạn mở.",
        "The record was decided on since you opened it.",
    ),
    ErrorCode.REPORT_FROZEN: _E(
        409, "Báo cáo đã chốt, không sửa được nữa.", "The report is frozen and changes no more."
    ),
    ErrorCode.NOT_SIGNED_OFF: _E(
        409, "Lãnh đạo chưa thông qua báo cáo.", "Leadership has not signed the report off."
    ),
    ErrorCode.SIGNED_OFF: _E(409, "Lãnh đạo đã thông qua báo cáo.", "Leadership has signed the report off."),
    ErrorCode.FIGURES_CHANGED: _E(
        409,
        "Số liệu đã thay đổi sau khi lãnh đạo thông qua.",
        "Figures have changed since leadership signed them off.",
    ),
    ErrorCode.OFFSET_MISMATCH: _E(409, "Vị trí gửi tiếp không khớp.", "The upload offset does not match."),
    ErrorCode.UPLOAD_GONE: _E(410, "Lượt gửi tệp không còn.", "The upload is gone."),
    ErrorCode.TUS_VERSION: _E(
        412, "Phiên bản gửi tệp không hỗ trợ.", "The upload protocol version is not supported."
    ),
    ErrorCode.TOO_LARGE: _E(413, "Dữ liệu quá lớn.", "The data is too large."),
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: _E(
        415, "Kiểu nội dung không hỗ trợ.", "The content type is not supported."
    ),
    ErrorCode.UNSUPPORTED_ENCODING: _E(
        415, "Kiểu nén không hỗ trợ.", "The content encoding is not supported."
    ),
    ErrorCode.FILE_REFUSED: _E(422, "Tệp không được chấp nhận.", "The file is refused."),
    ErrorCode.RESCUE_FILE: _E(
        422,
        "Tệp cứu hộ không dùng được: hỏng, thiếu, hoặc không phải của máy chủ này. Chưa nhập gì.",
        "The rescue file cannot be used: damaged, cut short, or not for this server. Nothing was imported.",
    ),
    ErrorCode.LISTS_REFUSED: _E(
        422,
        "Danh mục không nhận được. Chưa thay đổi gì.",
        "The lists cannot be taken. Nothing was changed.",
    ),
    ErrorCode.TEMPLATE_REFUSED: _E(
        422, "Mẫu báo cáo không nhận được.", "The template of the report cannot be taken."
    ),
    ErrorCode.REGISTER_FILE: _E(
        422,
        "Tệp danh sách cơ sở không dùng được. Chưa nhập gì.",
        "The file of establishments cannot be used. Nothing was imported.",
    ),
    ErrorCode.LOCKED: _E(
        423, "Phiếu đã duyệt, thay đổi được giữ riêng.", "Approved: the change is kept aside."
    ),
    ErrorCode.FLAGGED: _E(
        422,
        "Phiếu có điểm cần xem trước khi duyệt.",
        "The record has flags to look at before it is approved.",
    ),
    ErrorCode.PROTOCOL_UNSUPPORTED: _E(
        426, "Phiên bản ứng dụng không còn dùng được.", "This version of the application cannot be served."
    ),
    ErrorCode.SLOW_DOWN: _E(429, "Thử quá nhiều lần, hãy chờ.", "Too many attempts: please wait."),
    ErrorCode.CHECKSUM_MISMATCH: _E(460, "Tệp bị sai khi gửi.", "The file was damaged on its way."),
    ErrorCode.BUSY: _E(503, "Máy chủ đang bận, sẽ tự gửi lại.", "The server is busy; it will be sent again."),
    ErrorCode.BEING_COUNTED: _E(
        503,
        "Số liệu đang được tính; hãy mở lại sau vài phút.",
        "The figures are being counted: look again in some minutes.",
    ),
    ErrorCode.STORAGE_FULL: _E(
        503,
        "Máy chủ không ghi được (hết chỗ?), hãy báo quản trị viên. Máy vẫn giữ dữ liệu và sẽ tự gửi lại.",
        "The server cannot write (no room?): tell the administrator. What you have is kept and sent again.",
    ),
    ErrorCode.INTERNAL: _E(
        500, "Máy chủ gặp lỗi, dữ liệu vẫn được giữ.", "The server failed; your data is kept."
    ),
    ErrorCode.QUERY_UNSUPPORTED: _E(
        501,
        "Máy chủ chưa hỗ trợ phần này của câu truy vấn dữ liệu.",
        "This part of a query of the data is not supported.",
    ),
    ErrorCode.ID_REUSE: _E(None, "Mã thay đổi bị dùng lại.", "The change id was used for other content."),
    ErrorCode.ORPHAN: _E(None, "Máy chủ chưa có phiếu gốc.", "The server does not have the record yet."),
    ErrorCode.RECORD_EXISTS: _E(None, "Mã phiếu đã tồn tại.", "The record id exists already."),
    ErrorCode.SCHEMA: _E(None, "Có mục nhập sai kiểu.", "A field has a wrong form."),
    ErrorCode.RULE: _E(None, "Các mục nhập không khớp nhau.", "Fields contradict each other."),
    ErrorCode.UNKNOWN_TYPE: _E(
        None, "Máy chủ chưa biết loại phiếu này.", "The server does not know this type."
    ),
    ErrorCode.UNKNOWN_SCHEMA: _E(
        None, "Máy chủ chưa biết mẫu phiếu này.", "The server does not know this schema."
    ),
    ErrorCode.UNKNOWN_OP: _E(
        None, "Máy chủ chưa biết thao tác này.", "The server does not know this operation."
    ),
    ErrorCode.BAD_PATH: _E(None, "Tên mục không hợp lệ.", "A path is not valid."),
    ErrorCode.SCOPE_NOT_GRANTED: _E(
        None, "Máy không phụ trách địa bàn này.", "The device has no right to this area."
    ),
    ErrorCode.SCOPE_MISMATCH: _E(
        None, "Phiếu không thuộc địa bàn đã ghi.", "The record is not of the area named."
    ),
    ErrorCode.OFFICE_ONLY: _E(None, "Chỉ văn phòng được ghi mục này.", "Only the office writes this."),
    ErrorCode.USER_UNKNOWN: _E(
        None, "Cán bộ chưa gắn với máy này.", "The officer is not bound to this device."
    ),
    ErrorCode.PURGED: _E(None, "Nội dung đã bị xóa theo quy định.", "The content has been erased."),
    ErrorCode.SECOND_PERSON_NEEDED: _E(
        403, "Người xác nhận phải khác người đề nghị.", "Somebody else than who asked must confirm."
    ),
    ErrorCode.CONFLICT_UNKNOWN: _E(
        None, "Phiếu này không có khác biệt được nêu.", "The record has no such disagreement."
    ),
    ErrorCode.MERGE_CIRCLE: _E(
        None, "Một phiếu không thể gộp vào chính nó.", "A record cannot be merged into itself."
    ),
    ErrorCode.REPLACED: _E(None, "Đã được lần sửa sau thay thế.", "A later change has replaced it."),
    ErrorCode.DELETED: _E(None, "Phiếu đã bị xóa ở nơi khác.", "The record was deleted elsewhere."),
    ErrorCode.CHANGED: _E(None, "Mục này đã được sửa ở nơi khác.", "This field was changed elsewhere."),
    ErrorCode.MERGED: _E(None, "Phiếu đã được gộp vào phiếu khác.", "The record was merged into another."),
    ErrorCode.REQUIRED: _E(None, "Cần nhập mục này.", "This is required."),
    ErrorCode.WRONG_TYPE: _E(None, "Sai kiểu dữ liệu.", "Wrong type."),
    ErrorCode.TOO_LONG: _E(None, "Quá dài.", "Too long."),
    ErrorCode.TOO_SHORT: _E(None, "Quá ngắn.", "Too short."),
    ErrorCode.NOT_INTEGER: _E(None, "Cần số nguyên.", "A whole number is needed."),
    ErrorCode.OUT_OF_RANGE: _E(None, "Số nằm ngoài khoảng cho phép.", "The number is out of range."),
    ErrorCode.NEGATIVE: _E(None, "Số không được âm.", "The number must not be negative."),
    ErrorCode.BAD_DATE: _E(None, "Ngày không hợp lệ.", "Not a valid date."),
    ErrorCode.BAD_TIME: _E(None, "Giờ không hợp lệ.", "Not a valid time."),
    ErrorCode.BAD_ID: _E(None, "Mã không hợp lệ.", "Not a valid id."),
    ErrorCode.BAD_MINUTES_NUMBER: _E(
        None,
        "Số biên bản phải có dạng 07/BB-ĐKT178 (số nhỏ hơn 10 có thêm số 0 ở trước).",
        "The number of minutes must look like 07/BB-ĐKT178 (below ten with a zero).",
    ),
    ErrorCode.UNKNOWN_CHOICE: _E(None, "Không có trong danh mục.", "Not in the list."),
    ErrorCode.SUM_MISMATCH: _E(
        None, "Tổng không bằng các số thành phần cộng lại.", "The total is not the sum of its parts."
    ),
    ErrorCode.EXCEEDS_TOTAL: _E(None, "Lớn hơn tổng số.", "More than the total."),
    ErrorCode.EXCEEDS_PRESENT: _E(None, "Lớn hơn số người có mặt.", "More than the people present."),
    ErrorCode.EXCEEDS_ATTENDANCE: _E(None, "Lớn hơn số lượt người tham dự.", "More than the attendance."),
    ErrorCode.END_BEFORE_START: _E(None, "Kết thúc trước khi bắt đầu.", "The end is before the start."),
    ErrorCode.TOO_FEW_MEMBERS: _E(None, "Cần ít nhất 02 thành viên.", "At least two members are needed."),
    ErrorCode.NOT_WHEN_NOT_INSPECTED: _E(
        None,
        "Chưa kiểm tra được thì không ghi nội dung kiểm tra.",
        "Nothing is checked on a visit that did not take place.",
    ),
    ErrorCode.RESULT_CONTRADICTS_ACCESS: _E(
        None, "Kết luận không khớp với tình trạng kiểm tra.", "The result contradicts the access."
    ),
    ErrorCode.RESULT_CONTRADICTS_CHECKLIST: _E(
        None, "Kết luận không khớp với phiếu kiểm tra.", "The result contradicts the checklist."
    ),
    ErrorCode.FRAME_OUTDATED: _E(
        None,
        "Khung phạt không phải khung có hiệu lực ngày vi phạm.",
        "The frame is not the one in force on that date.",
    ),
    ErrorCode.WRONG_TIER: _E(
        None, "Mức vi phạm không khớp với số người đã ghi.", "The tier does not fit the number recorded."
    ),
    ErrorCode.LEADER_ONLY: _E(None, "Chỉ Đội trưởng được ghi mục này.", "Only the team leader records this."),
    ErrorCode.REFERRAL_REQUIRED: _E(
        None, "Cần chọn nơi chuyển tuyến trước khi hoàn thành.", "Choose a referral before completing."
    ),
    ErrorCode.NOT_IN_ANONYMOUS_FORM: _E(
        None, "Hình thức ẩn danh không ghi mục này.", "An anonymous form does not record this."
    ),
    ErrorCode.ONLY_ONE_PLACE: _E(
        None, "Chỉ chọn trường học hoặc khu công nghiệp.", "Choose a school or a zone, not both."
    ),
    ErrorCode.LONG_VISIT: _E(None, "Buổi kiểm tra dài hơn 6 giờ.", "The visit is longer than 6 hours."),
    ErrorCode.IN_FUTURE: _E(None, "Thời gian ở tương lai.", "The time is in the future."),
    ErrorCode.CLOSED_HOURS: _E(
        None, "Thời điểm kiểm tra ngoài giờ được hoạt động.", "The visit is outside the permitted hours."
    ),
    ErrorCode.UNUSUAL_COUNT: _E(
        None, "Số khác thường, cần xem lại.", "An unusual number: worth a second look."
    ),
    ErrorCode.COMPLIANT_WITH_FINDINGS: _E(
        None, "Có vi phạm nhưng kết luận chấp hành tốt.", "Findings, yet the result is compliant."
    ),
    ErrorCode.COMPLIANT_WITH_SHORTCOMINGS: _E(
        None,
        "Có nội dung chưa đạt nhưng kết luận chấp hành tốt.",
        "Items are not met, yet the result is compliant.",
    ),
    ErrorCode.RESULT_WITHOUT_FINDINGS: _E(
        None, "Kết luận có vi phạm nhưng chưa ghi vi phạm.", "A violation is concluded, yet none is recorded."
    ),
    ErrorCode.UNIT_NOT_VALID: _E(
        None, "Đơn vị hành chính không có hiệu lực vào ngày này.", "The unit does not exist on this date."
    ),
    ErrorCode.NOT_IN_FORCE: _E(
        None,
        "Nội dung này không có hiệu lực theo danh mục vào ngày này.",
        "This was not in force in the lists on this date.",
    ),
    ErrorCode.ESTABLISHMENT_NOT_NAMED: _E(None, "Chưa chọn cơ sở.", "No establishment is chosen."),
    ErrorCode.ALREADY_RECORDED: _E(None, "Có thể đã ghi buổi này.", "This session may be recorded already."),
    ErrorCode.OUTSIDE_AREA: _E(None, "Ngoài địa bàn của bạn.", "Outside of your area."),
    ErrorCode.FORMULA_FAULT: _E(
        None, "Ô công thức bị lỗi trong tệp.", "The cell is a formula that failed in the file."
    ),
    ErrorCode.POSSIBLE_DUPLICATE: _E(
        None, "Có thể trùng với cơ sở đã có.", "This may be an establishment already known."
    ),
    ErrorCode.VISITED_TWICE: _E(
        None, "Cơ sở này có lượt kiểm tra khác cùng ngày.", "This establishment has another visit that day."
    ),
    ErrorCode.FAR_FROM_POINT: _E(
        None, "Nơi ghi phiếu ở xa điểm đã đăng ký.", "Recorded far from the registered point."
    ),
    ErrorCode.MISSING_PHOTOS: _E(None, "Chưa nhận đủ ảnh.", "Photos have not been received."),
    ErrorCode.PERSONAL_DATA: _E(
        None, "Có thể có dữ liệu cá nhân trong lời ghi.", "A text may hold personal data."
    ),
    ErrorCode.BEFORE_VISIT: _E(None, "Ngày này trước ngày kiểm tra.", "This day is before the visit."),
    ErrorCode.BEFORE_DECISION: _E(
        None, "Ngày này trước ngày ra quyết định.", "This day is before that of the decision."
    ),
    ErrorCode.DATE_IN_FUTURE: _E(None, "Ngày này chưa tới.", "This day is still to come."),
    ErrorCode.AGENCY_NOT_VALID: _E(
        None, "Cơ quan này không hoạt động vào ngày đó.", "This agency did not exist on that day."
    ),
    ErrorCode.OUTSIDE_FRAME: _E(
        None, "Số tiền nằm ngoài khung phạt.", "The amount is outside of the fine frame."
    ),
    ErrorCode.OVERPAID: _E(
        None, "Số tiền nhiều hơn số còn phải nộp.", "The amount is more than what is outstanding."
    ),
    ErrorCode.PROOF_REQUIRED: _E(
        None,
        "Cần ghi căn cứ hoặc kèm một tệp chứng minh.",
        "Say what proves it, or attach a file that does.",
    ),
    ErrorCode.ALREADY_ENTERED: _E(
        None, "Văn bản này đã được nhập cho lượt kiểm tra.", "This document is entered already for the visit."
    ),
    ErrorCode.ENTERED_TWICE: _E(None, "Nội dung này đã được nhập rồi.", "This is entered already."),
    ErrorCode.PERIOD_IN_FUTURE: _E(None, "Kỳ này chưa tới.", "This period is still to come."),
    ErrorCode.EXCEEDS_ALLOCATED: _E(
        None, "Nhiều hơn kinh phí được giao.", "More than the budget that was allocated."
    ),
    ErrorCode.WEBHOOK_ADDRESS: _E(
        None,
        "Cần địa chỉ https:// trên Internet; máy trong mạng nội bộ phải có tên trong FIELD178_WEBHOOK_HOSTS.",
        "An https:// address on the internet; a host of the own network must be named in"
        " FIELD178_WEBHOOK_HOSTS.",
    ),
    ErrorCode.NO_EVENT_KEPT: _E(
        None, "Không còn giữ sự kiện nào từ chỗ này.", "No event is kept from there on."
    ),
    ErrorCode.NO_NETWORK: _E(
        None,
        "Không tới được máy chủ. Kiểm tra mạng, địa chỉ rồi làm lại.",
        "The server was not reached. Check network and address, then try again.",
    ),
    ErrorCode.NOT_OUR_SERVER: _E(
        None, "Mạng này chặn kết nối (trang đăng nhập Wi-Fi?).", "This network intercepts connections."
    ),
    ErrorCode.CERTIFICATE_UNKNOWN: _E(
        None,
        "Máy này chưa tin chứng thư của máy chủ. Hãy quét mã QR hoặc dán đường dẫn đăng ký do văn phòng vừa"
        " tạo: trong đó có dấu của chứng thư, còn địa chỉ và mã gõ tay thì không.",
        "This tablet does not trust the server's certificate. Scan the QR code or paste the enrolment link"
        " that the office has just made: it names the certificate, a typed address and code do not.",
    ),
    ErrorCode.PIN_WRONG: _E(None, "Mã PIN không đúng.", "The PIN is wrong."),
    ErrorCode.PIN_LOCKED: _E(None, "Nhập sai nhiều lần, hãy chờ.", "Too many wrong PINs: please wait."),
    ErrorCode.STORE_LOCKED: _E(None, "Sổ đang khóa.", "The notebook is locked."),
    ErrorCode.STORE_TOO_NEW: _E(
        None,
        "Sổ được ghi bởi bản ứng dụng mới hơn.",
        "The notebook was written by a newer version of the app.",
    ),
    ErrorCode.STORE_UNWRITABLE: _E(
        None,
        "Máy không ghi được (hết chỗ?): việc vừa làm CHƯA được lưu. Hãy giải phóng bộ nhớ rồi làm lại.",
        "The tablet cannot write (no room?): what you just did is NOT saved. Free some room, then try again.",
    ),
    ErrorCode.PIN_WEAK: _E(
        None, "Mã PIN quá dễ đoán, hãy chọn mã khác.", "The PIN is too easy to guess: choose another one."
    ),
    ErrorCode.STORAGE_LOW: _E(
        None,
        "Máy sắp hết chỗ: không thêm được ảnh, phiếu vẫn ghi được.",
        "The tablet is almost full: no photo can be added, records still can.",
    ),
    ErrorCode.RESCUE_UNWRITTEN: _E(
        None,
        "Không ghi được tệp cứu hộ vào thư mục đã chọn.",
        "The rescue file could not be written into the chosen folder.",
    ),
    ErrorCode.RESCUE_NO_ROOM: _E(
        None,
        "Thư mục đã chọn không còn đủ chỗ cho tệp cứu hộ.",
        "The chosen folder has no room left for the rescue file.",
    ),
    ErrorCode.PAPER_UNSETTLED: _E(
        None,
        "Phiếu đang có chỗ cần xem, chưa lập được giấy tờ từ phiếu.",
        "The record has something to be looked at first; no paper can be made of it yet.",
    ),
    ErrorCode.PAPER_UNOPENED: _E(
        None, "Máy không có chương trình mở tệp PDF.", "No program of this device opens a PDF."
    ),
    ErrorCode.PAPER_UNPRINTED: _E(
        None,
        "Không in được: máy in chưa sẵn sàng hoặc chưa cài.",
        "Not printed: there is no printer, or it is not ready.",
    ),
    ErrorCode.PAPER_UNSAVED: _E(
        None, "Không ghi được tệp vào thư mục này.", "The file could not be written into this folder."
    ),
    ErrorCode.STORE_DAMAGED: _E(
        None,
        "Tệp dữ liệu bị hỏng, đã khôi phục từ nhật ký.",
        "The data file was damaged and rebuilt from the journal.",
    ),
}
ERRORS: Mapping[ErrorCode, ErrorEntry] = MappingProxyType(_TABLE)
# Texts for codes that mean something else for a whole request than in a receipt of a change.
ANSWERS: Mapping[ErrorCode, ErrorEntry] = MappingProxyType(
    {
        ErrorCode.LOCKED: _E(
            423,
            "Tệp đang được nhận ở một lượt gửi khác, hãy thử lại sau ít giây.",
            "Another request is sending this file: try again in a moment.",
        )
    }
)

NO_DETAILS: Mapping[str, str] = MappingProxyType({})
# Texts with details; the caller formats the details for people.
DETAILED: Mapping[ErrorCode, ErrorEntry] = MappingProxyType(
    {
        ErrorCode.OUT_OF_RANGE: _E(
            None, "Số phải từ {least} đến {most}.", "The number must be from {least} to {most}."
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
        return ERRORS[self.code].status or 422


def message(code: str, language: str, details: Mapping[str, str] = NO_DETAILS) -> str:
    """Return the sentence for people; an unknown code (of a newer server) is shown as it is.

    `details` are the limits of a field, formatted for people: its sentence contains them.
    """
    try:
        error_code = ErrorCode(code)
    except ValueError:
        return code
    entry = DETAILED.get(error_code, ERRORS[error_code]) if details else ERRORS[error_code]
    return (entry.en if language == "en" else entry.vi).format_map(details)


def answer_message(code: ErrorCode, language: str) -> str:
    """Return the sentence for people about a whole request of a tablet that ends with this error."""
    entry = ANSWERS.get(code, ERRORS[code])
    return entry.en if language == "en" else entry.vi
