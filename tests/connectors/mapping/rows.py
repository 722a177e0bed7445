"""Made-up rows for the four examples; no value is of a real dossier."""

from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.mapping import CompiledMapping, compile_mapping, load, loads
from connectors.port import Row

moment = datetime.fromisoformat
EXAMPLES = Path(__file__).parent / "examples"
NAMES = ("igate-cu-chi", "bieu-tuan-phu-ho", "dvc-snapshot", "vnpt-cdc")


def example(name: str) -> CompiledMapping:
    """The mapping of one example."""
    return compile_mapping(load(EXAMPLES / f"{name}.yaml"))


def mapping(text: str) -> CompiledMapping:
    """The mapping of a text."""
    return compile_mapping(loads(text, "test.yaml"))


def row(**values: Any) -> Row:
    """A row with some columns."""
    return Row("1", "row 1", values)


def row_of(values: dict[str, Any]) -> Row:
    return Row("1", "row 1", values)


IGATE = {
    "MaDonVi": "H29.17.01",
    "MaHoSo": "H29.17.01-200115-0042",
    "TrangThai": 10,
    "DaXoa": 0,
    "NgayTiepNhan": moment("2020-01-15 08:30:00"),
    "KenhThucHien": 2,
    "MaTTHC": "1.004227",
    "MaLinhVuc": "LV01",
    "NgayHenTra": moment("2020-01-30 17:00:00"),
    "NgayKetThucXuLy": None,
    "NgayTra": moment("2020-01-29 09:00:00"),
    "ngay_cap_nhat": moment("2020-01-29 09:00:01"),
    "HinhThuc": 1,
    "DanhSachHoSoBoSung": [
        {
            "id": 7,
            "NgayBoSung": moment("2020-01-17 08:00:00"),
            "NgayTiepNhanBoSung": moment("2020-01-20 08:00:00"),
            "NgayHenTraMoi": moment("2020-02-03 17:00:00"),
        },
        {
            "id": 8,
            "NgayBoSung": moment("2020-01-21 08:00:00"),
            "NgayTiepNhanBoSung": None,
            "NgayHenTraMoi": None,
        },
    ],
}
PHU_HO = {
    "Mã hồ sơ": "H57.30.12-230105-0007",
    "Ngày tiếp nhận": "05/01/2023 08:30",
    "Hình thức": "Trực tuyến",
    "Ngày hẹn trả": "12/01/2023",
    "Tình trạng": "Đã trả",
    "Ngày có kết quả": "11/01/2023 15:05",
}
DVC = {
    "donVi": {"ma": "H29.17"},
    "maHoSo": "H29.17-0001",
    "trangThai": "9",
    "ngayTiepNhan": "20230105083000",
    "ngayHenTra": "20230112",
    "thuTuc": {"ma": "1.004227"},
    "kenh": "3",
    "ngayKetThuc": None,
    "ngayTra": "20230111150500",
}
VNPT = {
    "ma_don_vi": "H29.17",
    "ma_ho_so": "H29.17-0002",
    "ngay_tiep_nhan": 1672882200000000,
    "ngay_hen_tra": 1673517600000000,
    "kenh": 2,
    "trang_thai": 9,
    "ngay_ket_thuc": 1673424300000000,
}
