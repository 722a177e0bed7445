"""Whether what a report is made of is whole: checks that every report has."""

from collections.abc import Collection
from datetime import date
from typing import Any

from hub.reports.form import Form
from hub.reports.versions import is_in_force

Json = dict[str, Any]


def of_sources(late: Collection[str], backfilling: Collection[str]) -> Json:
    """Whether every source has sent as recently as is expected of it, and nothing old is still to
    come."""
    behind = len({*late, *backfilling})
    return _check("nguon", "Mọi nguồn đã gửi dữ liệu đúng hẹn và đầy đủ", behind)


def of_units(unregistered: Collection[str]) -> Json:
    """Whether every unit with events is registered, so that its level and place are known."""
    return _check("don_vi_dang_ky", "Mọi đơn vị có hồ sơ đều đã đăng ký", len(unregistered))


def of_form(form: Form, last: date) -> Json:
    """Whether the form is in force on the last day of the period."""
    says = "Mẫu báo cáo có hiệu lực vào ngày cuối kỳ"
    return _check("mau_hieu_luc", says, int(not is_in_force(form, last)))


def _check(name: str, says: str, count: int) -> Json:
    """A check that nothing is missing."""
    return {
        "id": name, "says": says, "result": "false" if count else "true", "level": "warn",
        "left": count, "right": 0,
    }  # fmt: skip
