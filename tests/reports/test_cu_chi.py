"""The form of Củ Chi on the reconstruction, with the indicators that the report prints: 197 rows.

Printed and computed differ in the ratings only, which the report leaves blank for a system to fill.
What disagrees in the report itself is found by checks.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from hub.demo.as_printed import printed, statements
from hub.demo.reconstruct import events, examples, units
from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.api.speaking import Speaker
from tests.eventually import eventually
from tests.reports.printed import assert_disagreements_found, assert_told

Json = dict[str, Any]
PRINTED = printed("cu-chi-2020")
RATINGS = {
    f"pl1 3.{i}.{j} q1": "" if i == 3 and j > 1 else "0" for i in (1, 2, 3) for j in (1, 2, 3, 4)
}
"""Rows that the report leaves blank, or with the words of the template: nobody rated."""
TEXTS = """
trực tuyến mức độ 3 của huyện là 43,5% (729/1675 hồ sơ), của xã thị, trấn là 61,87% (5.113/8.264 hồ sơ)
trả kết quả của huyện và 21/21 xã, thị trấn để giải quyết nhu cầu về TTHC
một cửa, một cửa liên thông: 22 đơn vị.
số lượng đơn vị thực hiện mô hình một cửa hiện đại: 11 đơn vị.
cấp huyện 08 người, cấp xã 86 người.
tổng cộng 80.070 hồ sơ, đã giải quyết 79.731 hồ sơ (5.842 hồ sơ trực tuyến). Trong đó, giải quyết đúng hạn
79.731 hồ sơ (đạt tỷ lệ 100%), không có hồ sơ giải quyết trễ hạn, còn 339 hồ sơ đang trong thời hạn giải quyết.
hiện đang tiếp nhận 55 TTHC, kết quả giải quyết đến nay:
+ Tổng số hồ sơ tiếp nhận: 4.340 hồ sơ.
Số lượng hồ sơ đúng hạn 4.001 hồ sơ (tỷ lệ đúng hạn 100%), số lượng hồ sơ trễ hạn: 0 (tỷ lệ trễ hạn 0%).
qua dịch vụ bưu chính công ích: 133 hồ sơ.
hiện đang tiếp nhận 18 TTHC, kết quả giải quyết đến nay:
+ Tổng số hồ sơ tiếp nhận: 75.730 hồ sơ.
Số lượng hồ sơ đúng hạn 75.730 (tỷ lệ % đúng hạn 100%), không có hồ sơ trễ hạn.
sáng ngày thứ bảy trong tuần là 22 đơn vị. Trong quý đã tiếp nhận và giải quyết 4388 hồ sơ.
"""  # noqa: E501  # as printed
ASKED = {"period": "2020-Q1", "data_date": "2020-02-26"}


@pytest.fixture(scope="module")
def speaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Speaker]:
    example = examples()[0]
    rows = [it._asdict() for it in units()]
    sent = [*events(example), *statements(PRINTED)]
    with (
        embedded_hub(tmp_path_factory.mktemp("hub"), open_to_all=True) as hub,
        listening(hub) as client,
    ):
        speaker = Speaker(client)
        assert client.put("/v1/units", json=rows).status_code == 200
        for at in range(0, len(sent), 10_000):
            speaker.accept(*sent[at : at + 10_000])
        where = {"unit": example.unit, "min_position": speaker.position}
        eventually(lambda: speaker.ask("/v1/figures", **where, **PERIOD).status_code == 200)
        yield speaker


PERIOD = {"period": "2020-Q1"}


def report(speaker: Speaker, **more: str) -> Json:
    answer = speaker.ask("/v1/reports/cu-chi-2020", unit=examples()[0].unit, **ASKED | more)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def test_every_row_is_as_printed(speaker: Speaker) -> None:
    found = report(speaker)
    rows = {(it["key"], row["key"]): row for it in found["sections"] for row in it["rows"]}
    assert len(PRINTED.rows) == 197
    for section, key, code, label, texts in PRINTED.rows:
        row = rows[section, key]
        assert (row["code"], row["label"]) == (code, label)
        assert row["cells"].get("ghi_chu", {}).get("text") == texts.get("ghi_chu")
        for column in ("h1", "m9", "y"):
            assert "q1" not in row["cells"] or row["cells"][column]["state"] in (
                "not_yet", "not_applicable",
            )  # fmt: skip
    result = assert_told(PRINTED, found)
    other = {it.place: it.computed for it in result if it.state in ("blank", "differs")}
    assert other == RATINGS | {"so.p_kct": "91,5"}
    told = {"".join(it["text"].split()) for it in found["sections"] if it["text"]}
    for line in TEXTS.strip().split("\n"):
        assert any("".join(line.split()) in text for text in told), line


def test_what_disagrees_in_the_report_is_found_not_repaired(speaker: Speaker) -> None:
    found = report(speaker)
    assert_disagreements_found("cu-chi-2020", found)
    wrong = {it["id"]: (it["left"], it["right"]) for it in found["checks"]}
    assert (wrong["b3_lien_thong.q1"], wrong["b5_ty_le"]) == ((2, 4), (91.4, 91.5))
    assert found["verdict"] == "valid"  # these are warnings: the report was accepted so


def test_every_cell_lists_what_it_counts(speaker: Speaker) -> None:
    counted = 0
    for section in report(speaker)["sections"]:
        for row in section["rows"]:
            for name, cell in row["cells"].items():
                if cell["origin"] == "figure" and cell["list"]:
                    page = speaker.client.get(f"{cell['list']}&limit=1").json()
                    assert page["total"] == cell["value"], (section["key"], row["key"], name)
                    counted += 1
    assert counted > 40


def test_a_column_counts_from_the_years_first_day(speaker: Speaker) -> None:
    """At the end of the year all four columns are there, and what nobody stated is told so."""
    found = report(speaker, data_date="2020-12-31")
    rows = {(it["key"], row["key"]): row["cells"] for it in found["sections"] for row in it["rows"]}
    columns = ("q1", "h1", "m9", "y")
    received = [rows["pl3b", "r3_3"][name]["value"] for name in columns]
    assert received == [75_730] * 4
    assert [rows["pl4b", "r1_1"][name]["state"] for name in columns] == [
        "value", "not_provided", "not_provided", "not_provided",
    ]  # fmt: skip
    unknown = {check["id"] for check in found["checks"] if check["result"] == "unknown"}
    assert "b4_don_vi.y" in unknown
