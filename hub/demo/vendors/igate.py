"""A database with tables in the manner of iGate, in SQLite."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from hub.demo.vendors.states import OPEN, State

_TABLES = """
CREATE TABLE ho_so (
    id INTEGER PRIMARY KEY, MaHoSo TEXT NOT NULL UNIQUE, MaDonVi TEXT NOT NULL, MaTTHC TEXT,
    MaLinhVuc TEXT, CapThuTuc INTEGER, KenhThucHien INTEGER, MucDo INTEGER, NgayTiepNhan TEXT,
    NgayHenTra TEXT, NgayKetThucXuLy TEXT, KetQua INTEGER, LyDoRut TEXT, NgayTra TEXT,
    HinhThuc INTEGER, TrangThai INTEGER NOT NULL, DaXoa INTEGER NOT NULL DEFAULT 0,
    TenNguoiNop TEXT, ngay_cap_nhat TEXT NOT NULL
);
CREATE INDEX ho_so_cap_nhat ON ho_so (ngay_cap_nhat, id);
CREATE TABLE ho_so_bo_sung (
    id INTEGER PRIMARY KEY, ho_so_id INTEGER NOT NULL REFERENCES ho_so, NgayBoSung TEXT,
    NgayTiepNhanBoSung TEXT, NgayHenTraMoi TEXT, LyDo TEXT
);
CREATE INDEX ho_so_bo_sung_ho_so ON ho_so_bo_sung (ho_so_id);
"""
_DOSSIER = (
    "INSERT INTO ho_so (MaHoSo, MaDonVi, MaTTHC, MaLinhVuc, CapThuTuc, KenhThucHien, MucDo, "
    "NgayTiepNhan, NgayHenTra, NgayKetThucXuLy, KetQua, LyDoRut, NgayTra, HinhThuc, TrangThai, "
    "TenNguoiNop, ngay_cap_nhat) VALUES (:subject, :unit, :procedure, :field, :level, :channel, "
    ":online_level, :received, :due, :closed, :outcome, :reason, :returned, :return_channel, "
    ":status, 'không được đọc / never read', :changed)"
)
_SUPPLEMENT = (
    "INSERT INTO ho_so_bo_sung (ho_so_id, NgayBoSung, NgayTiepNhanBoSung, NgayHenTraMoi, LyDo) "
    "VALUES (?, ?, ?, ?, ?)"
)


def create(path: Path, states: Iterable[State]) -> None:
    """A new database with some dossiers."""
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(_TABLES)
        for state in states:
            number = database.execute(_DOSSIER, state).lastrowid
            for one in state["supplements"]:
                row = (number, one["asked"], one.get("brought"), one.get("due"), one["reason"])
                database.execute(_SUPPLEMENT, row)


def receive(path: Path, subject: str, unit: str, now: datetime) -> None:
    """Take in a made-up dossier at a local moment, as a clerk would in the vendor's program."""
    at = f"{now:%Y-%m-%d %H:%M:%S}"
    state = {
        "subject": subject, "unit": unit, "procedure": "1.000001", "field": "demo", "level": 3,
        "channel": 1, "online_level": None, "received": at, "due": None, "closed": None,
        "outcome": None, "reason": None, "returned": None, "return_channel": None, "status": OPEN,
        "changed": at,
    }  # fmt: skip
    with closing(sqlite3.connect(path, timeout=10)) as database, database:
        database.execute(_DOSSIER, state)
