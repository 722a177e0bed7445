"""What figures and dimensions are called in Vietnamese, as the forms and the page call them."""

from collections.abc import Mapping
from types import MappingProxyType

from hub.api.sheet_words import vi

DIMENSION_NAMES: Mapping[str, str] = MappingProxyType({
    "unit": vi("Đơn vị"), "field": vi("Lĩnh vực"), "procedure": vi("Thủ tục"),
    "channel": vi("Kênh tiếp nhận"), "level": vi("Cấp"),
    "authority": vi("Cơ quan giải quyết"), "model": vi("Mô hình liên thông"),
    "unit_level": vi("Cấp của đơn vị"), "period": vi("Kỳ"),
})  # fmt: skip
CODE_NAMES: Mapping[str, str] = MappingProxyType({
    "unit": vi("Mã đơn vị"), "field": vi("Mã lĩnh vực"), "procedure": vi("Mã thủ tục"),
})  # fmt: skip
"""What the codes are called of dimensions whose values have names, too."""

GROUPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Tiếp nhận": {
            "received_online": "Trực tuyến",
            "received_direct": "Trực tiếp, bưu chính",
            "carried_over": "Kỳ trước chuyển sang",
            "received_total": "Tổng tiếp nhận",
        },
        "Đã giải quyết": {
            "resolved_early": "Trước hạn",
            "resolved_on_time": "Đúng hạn",
            "resolved_late": "Trễ hạn",
            "resolved_total": "Tổng đã giải quyết",
        },
        "Đang giải quyết": {
            "in_progress_within": "Còn trong hạn",
            "in_progress_overdue": "Đang quá hạn",
            "in_progress_total": "Tổng đang giải quyết",
        },
        "Chờ bổ sung": {
            "waiting_within": "Chờ, trong hạn",
            "waiting_overdue": "Chờ, quá hạn",
            "supplemented_twice": "Bổ sung từ 2 lần",
        },
        "Xin lỗi": {
            "apologies_letter": "Thư xin lỗi",
            "apologies_message": "Tin nhắn xin lỗi",
        },
        "Hình thức": {
            "received_online_full": "Toàn trình",
            "received_online_partial": "Một phần",
            "received_by_post": "Nhận qua bưu chính",
            "returned_by_post": "Trả qua bưu chính",
        },
        "Sáng thứ Bảy": {
            "received_saturday": "Nhận thứ Bảy",
            "resolved_same_saturday": "Giải quyết ngay thứ Bảy",
        },
        "Kết thúc khác": {
            "refused": "Từ chối",
            "withdrawn": "Rút, dừng",
        },
        "Đánh giá": {
            "satisfied": "Hài lòng",
            "neutral": "Bình thường",
            "dissatisfied": "Không hài lòng",
        },
        "Đánh giá tại ki-ốt": {
            "satisfied_kiosk": "Hài lòng, tại ki-ốt",
            "neutral_kiosk": "Bình thường, tại ki-ốt",
            "dissatisfied_kiosk": "Không hài lòng, tại ki-ốt",
        },
        "Đánh giá trực tuyến": {
            "satisfied_online": "Hài lòng, trực tuyến",
            "neutral_online": "Bình thường, trực tuyến",
            "dissatisfied_online": "Không hài lòng, trực tuyến",
        },
        "Đánh giá qua khảo sát": {
            "satisfied_survey": "Hài lòng, khảo sát",
            "neutral_survey": "Bình thường, khảo sát",
            "dissatisfied_survey": "Không hài lòng, khảo sát",
        },
    }
)
"""Figures with their names, by the head that they share, in the order of the forms."""

NAMES: Mapping[str, str] = MappingProxyType(
    {figure: vi(name) for group in GROUPS.values() for figure, name in group.items()}
)
GROUP_OF: Mapping[str, str] = MappingProxyType(
    {figure: vi(label) for label, group in GROUPS.items() for figure in group}
)
